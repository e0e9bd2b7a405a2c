"""The thread on which everything slow happens, and that it never keeps the process from ending."""

import asyncio
import gc
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from prolific_tui.operations.loop import BackgroundLoop
from tests.operations_bench import PATIENCE

ROOT = Path(__file__).parent.parent


@pytest.fixture
def loop() -> Iterator[BackgroundLoop]:
    background = BackgroundLoop()
    yield background
    background.stop(PATIENCE)


async def thread_name() -> str:
    return threading.current_thread().name


def test_coroutines_run_on_its_own_thread(loop: BackgroundLoop) -> None:
    loop.start()

    assert loop.submit(thread_name()).result(PATIENCE) == "operations"


def test_what_is_submitted_before_the_start_runs_after_it(loop: BackgroundLoop) -> None:
    future = loop.submit(thread_name())
    assert not future.done()

    loop.start()

    assert future.result(PATIENCE) == "operations"


def test_jobs_that_wait_have_threads_of_their_own(loop: BackgroundLoop) -> None:
    """More of them than an executor has threads by default, all waiting for the last one."""
    loop.start()
    everybody = threading.Barrier(64)

    async def meet() -> list[int]:
        jobs = (asyncio.to_thread(everybody.wait, PATIENCE) for _ in range(everybody.parties))
        return await asyncio.gather(*jobs)

    assert sorted(loop.submit(meet()).result(PATIENCE)) == list(range(64))


def test_one_job_after_another_takes_the_same_thread_which_ends_with_the_loop(
    loop: BackgroundLoop,
) -> None:
    loop.start()

    async def one_after_another() -> set[threading.Thread]:
        return {await asyncio.to_thread(threading.current_thread) for _ in range(20)}

    (thread,) = loop.submit(one_after_another()).result(PATIENCE)
    assert thread.is_alive()

    loop.stop(PATIENCE)
    thread.join(PATIENCE)

    assert not thread.is_alive()


def test_a_thread_that_waits_for_a_job_keeps_nothing_of_the_last_one(loop: BackgroundLoop) -> None:
    class Rows:
        """Something large."""

    gone = threading.Event()

    async def make() -> None:
        weakref.finalize(await asyncio.to_thread(Rows), gone.set)

    loop.start()
    loop.submit(make()).result(PATIENCE)

    assert gone.wait(PATIENCE)


def test_what_a_job_raises_reaches_who_waits_for_it(loop: BackgroundLoop) -> None:
    def fail() -> None:
        raise LookupError("no such name")

    loop.start()

    with pytest.raises(LookupError, match="no such name"):
        loop.submit(asyncio.to_thread(fail)).result(PATIENCE)


def test_stopping_cancels_what_still_runs(loop: BackgroundLoop) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    loop.start()
    future = loop.submit(endless())
    assert begun.wait(PATIENCE)

    loop.stop(PATIENCE)

    assert cancelled.is_set()
    assert future.cancelled()


def test_stopping_does_not_wait_for_what_will_not_end(loop: BackgroundLoop) -> None:
    begun, give_in = threading.Event(), threading.Event()

    async def stubborn() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            give_in.wait()

    loop.start()
    future = loop.submit(stubborn())
    assert begun.wait(PATIENCE)

    loop.stop(0)

    assert not future.done()
    give_in.set()
    future.exception(PATIENCE)


def test_a_stopped_loop_takes_nothing_more_and_may_be_stopped_again(loop: BackgroundLoop) -> None:
    loop.start()
    loop.stop(PATIENCE)
    loop.stop(PATIENCE)

    with pytest.raises(RuntimeError):
        loop.submit(thread_name())


def test_a_loop_that_never_started_can_be_stopped() -> None:
    background = BackgroundLoop()

    background.stop(PATIENCE)

    with pytest.raises(RuntimeError):
        background.submit(thread_name())


HANGING = {
    "an answer that does not come": """
        service.switch_on("listCredentialPools", Fault(delay=3600))
        read = asyncio.create_task(operations.pools(MAIN_WORKSPACE))
        while "listCredentialPools" not in service.log:
            await asyncio.sleep(0)
    """,
    "a name server or a disk that is silent": """
        silent, asked = threading.Event(), threading.Event()
        def ask():
            asked.set()
            silent.wait()
        read = asyncio.create_task(operations._run(asyncio.to_thread(ask)))
        await asyncio.to_thread(asked.wait)
    """,
    "a write": """
        service.switch_on("updateCredentialPool", Fault(delay=3600))
        operations.writes.submit(credential_plan())
        while "updateCredentialPool" not in service.log:
            await asyncio.sleep(0)
    """,
}


@pytest.mark.parametrize("hanging", HANGING)
def test_the_process_ends_whatever_hangs(hanging: str) -> None:
    program = f"""
import asyncio, os, threading
from dataclasses import replace
from prolific_tui.assembly import demo_parts
from prolific_tui.demo.faults import Fault
from prolific_tui.demo.seed import MAIN_WORKSPACE
from prolific_tui.operations import Operations
from tests.submission_bench import NotedService, credential_plan

service = NotedService()
operations = Operations(demo_parts(service))
operations.start(lambda event: None)

async def interface():
        await operations.sign_in()
        {HANGING[hanging].strip()}
        operations.stop(0)
        print("left", flush=True)

asyncio.run(interface())
"""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert (ended.stdout, ended.stderr, ended.returncode) == ("left\n", "", 0)


def test_what_was_submitted_is_not_thrown_away_while_it_waits(loop: BackgroundLoop) -> None:
    """Nobody but the coroutine holds what it waits for, as with the answer on a stream."""
    loop.start()
    waited_for: list[weakref.ref[asyncio.Future[str]]] = []
    ended: queue.Queue[str] = queue.Queue()

    async def wait() -> None:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        waited_for.append(weakref.ref(answer))
        ended.put(await answer)

    async def give_answer() -> None:
        answer = waited_for[0]()
        assert answer is not None
        answer.set_result("answered")

    loop.submit(wait())
    loop.submit(asyncio.sleep(0)).result(PATIENCE)
    gc.collect()
    loop.submit(give_answer()).result(PATIENCE)

    assert ended.get(timeout=PATIENCE) == "answered"
