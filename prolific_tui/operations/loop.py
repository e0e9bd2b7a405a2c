"""A thread with an event loop of its own, on which everything slow happens.

The interface's loop stops whenever the terminal stops reading. A request that ran on it would time
out although its answer had arrived, so nothing that talks to the outside world does.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class BackgroundLoop:
    """An event loop on a daemon thread; coroutines go in from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_DaemonThreads())
        self._pending: set[Future[Any]] = set()
        """Keeps what was submitted: asyncio itself does not, and a task that waits for what nobody
        else holds is thrown away by the garbage collector in the middle."""
        self._thread = threading.Thread(target=self._run, name="operations", daemon=True)

    def start(self) -> None:
        """Start the thread; coroutines submitted before are run now."""
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        leftover = asyncio.all_tasks(self._loop)
        for task in leftover:
            task.cancel()
        if leftover:
            self._loop.run_until_complete(asyncio.wait(leftover))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine on the loop; its future may be waited for from any thread.

        Raises:
            RuntimeError: The loop was stopped.
        """
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:
            coroutine.close()
            raise
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)
        return future

    def stop(self, seconds: float) -> None:
        """Cancel what is still running and end the thread, waiting at most `seconds` for it."""
        if self._thread.ident is None:
            self._loop.close()
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(seconds)


def left_alone(job: "Future[T]") -> "Future[T]":
    """A future that ends as the job does; who cancels it gives up waiting, and the job goes on."""
    told: Future[T] = Future()

    def tell(_: object) -> None:
        if not told.set_running_or_notify_cancel():
            return
        if job.cancelled():
            told.set_exception(CancelledError())
        elif (error := job.exception()) is not None:
            told.set_exception(error)
        else:
            told.set_result(job.result())

    job.add_done_callback(tell)
    return told


_Jobs = SimpleQueue[Callable[[], Callable[[], None]] | None]
"""What a thread is to do, or None for its end; a job gives back how its end is told."""


class _DaemonThreads(ThreadPoolExecutor):
    """As many threads as there are jobs at a time, which the end of the process does not wait for.

    Name lookups and files are waited for in such threads. Those of asyncio's own executor would
    keep a process alive for as long as a name server or a dead disk is silent. One that has done
    its job takes another: a new one has to be waited for, and a long send has many short jobs.
    """

    def __init__(self) -> None:
        super().__init__()
        self._idle: list[_Jobs] = []
        """Those of the threads that have nothing to do."""
        self._is_over = False

    def submit(self, job: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Start the job at once; cancelling its future gives up waiting for it."""
        future: Future[T] = Future()

        def work() -> Callable[[], None]:
            if not future.set_running_or_notify_cancel():
                return lambda: None
            try:
                return partial(future.set_result, job(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to who waits
                return partial(future.set_exception, error)

        try:
            jobs = self._idle.pop()
        except IndexError:
            jobs = SimpleQueue()
            name = "operations: waiting"
            threading.Thread(target=self._work, args=(jobs,), name=name, daemon=True).start()
        jobs.put(work)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let every thread end with the job that it has; none is waited for."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._is_over = True
        for jobs in self._idle:
            jobs.put(None)

    def _work(self, jobs: _Jobs) -> None:
        while (job := jobs.get()) is not None:
            tell = job()
            # Before anybody is told, so that what they do next finds this thread.
            self._idle.append(jobs)
            if self._is_over:
                jobs.put(None)
            tell()
            # Neither a job nor its result is kept until the next one.
            del job, tell
