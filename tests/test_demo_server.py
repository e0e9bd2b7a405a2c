"""The demo over a real socket: ordinary clients, raw bytes, broken lines, and faults by HTTP."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection

import httpx
import pytest

from prolific_tui.demo.seed import CHATBOT_B, DEMO_TOKEN, MAIN_WORKSPACE, demo_service
from prolific_tui.demo.server import Server, serving
from prolific_tui.demo.service import Cut, Fault, Service
from prolific_tui.demo.transport import DemoTransport
from tests.contract.caller import make_request, raw_request

_AUTHORIZATION = f"Token {DEMO_TOKEN.reveal()}"
_ME = b"GET /api/v1/users/me/ HTTP/1.1\r\nHost: x\r\nAuthorization: %b\r\n" % (
    _AUTHORIZATION.encode()
)
_APPEND = make_request(
    "updateCredentialPool", path={"credential_pool_id": CHATBOT_B}, body={"credentials": "new,x"}
)


@pytest.fixture
def service() -> Service:
    return demo_service()


@pytest.fixture
async def server(service: Service) -> AsyncIterator[Server]:
    server = Server(service, max_body=100_000)
    await server.start()
    yield server
    await server.close()


def _size(service: Service) -> int:
    return len(service.state.pools[CHATBOT_B].passwords)


async def _converse(server: Server, *sent: bytes) -> bytes:
    """All that comes back for these bytes until the server closes the line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.writelines(sent)
    async with asyncio.timeout(10):
        received = await reader.read()
    writer.close()
    await writer.wait_closed()
    return received


class TestConversation:
    async def test_a_line_is_kept_for_the_next_request(self, server: Server) -> None:
        received = await _converse(server, _ME + b"\r\n", _ME + b"Connection: close\r\n\r\n")
        assert received.count(b"HTTP/1.1 200 OK\r\n") == 2
        assert received.count(b"connection: keep-alive") == 1
        assert received.count(b"connection: close") == 1

    async def test_head_keeps_the_line_in_step(self, server: Server) -> None:
        head = _ME.replace(b"GET", b"HEAD") + b"\r\n"
        received = await _converse(server, head, _ME + b"Connection: close\r\n\r\n")
        first, second, body = received.split(b"\r\n\r\n")
        assert first.split(b"connection")[0] == second.split(b"connection")[0]
        assert json.loads(body)["email"] == "you@lab.org"

    async def test_an_old_client_gets_one_answer(self, server: Server) -> None:
        received = await _converse(server, _ME.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n")
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")

    async def test_a_proxy_s_whole_url_is_a_path(self, server: Server) -> None:
        request = _ME.replace(b" /", b" http://127.0.0.1/") + b"Connection: close\r\n\r\n"
        assert (await _converse(server, request)).startswith(b"HTTP/1.1 200 OK\r\n")

    async def test_a_body_may_come_in_chunks(self, server: Server, service: Service) -> None:
        head = raw_request(server.address, replace(_APPEND, body=b""), "Connection: close")
        head = head.removesuffix(b"\r\n") + b"Transfer-Encoding: chunked\r\n\r\n"
        chunks = b'6;name=x\r\n{"cred\r\n17\r\nentials": "new-1,x\\nnew\r\n6\r\n-2,y"}\r\n'
        received = await _converse(server, head, chunks, b"0\r\nTrailer: x\r\n\r\n")
        assert received.startswith(b"HTTP/1.1 200 OK\r\n"), received
        assert _size(service) == 62

    async def test_a_client_may_wait_to_be_told_to_go_on(self, server: Server) -> None:
        raw = raw_request(server.address, _APPEND, "Expect: 100-continue", "Connection: close")
        head, _, body = raw.partition(b"\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head + b"\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
        writer.close()
        await writer.wait_closed()

    @pytest.mark.parametrize(
        ("raw", "status"),
        [
            (b"nonsense\r\n\r\n", 400),
            (b"GET / HTTP/1.1 x\r\n\r\n", 400),
            (b"GET / HTTP/2\r\n\r\n", 505),
            (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
            (_ME + b"no colon\r\n\r\n", 400),
            (_ME + b"Spaced : x\r\n\r\n", 400),
            (_ME + b"Host: y\r\n\r\n", 400),
            (_ME + b"X: %b\r\n\r\n" % (b"x" * 70_000), 431),
            (_ME + b"Content-Length: -1\r\n\r\n", 400),
            (_ME + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            (_ME + b"Content-Length: 100001\r\n\r\n", 413),
            (_ME + b"Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n", 413),
            (_ME + b"Transfer-Encoding: gzip\r\n\r\n", 501),
            (_ME + b"Transfer-Encoding: chunked\r\n\r\nx\r\n", 400),
            (_ME + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc", 400),
            (_ME + b"Transfer-Encoding: chunked\r\n\r\nFFFFFF\r\n", 413),
        ],
        ids=lambda value: repr(value[-30:]) if isinstance(value, bytes) else value,
    )
    async def test_what_can_t_be_read_for_certain_is_refused_and_the_line_closed(
        self, server: Server, raw: bytes, status: int
    ) -> None:
        received = await _converse(server, raw)
        assert received.startswith(b"HTTP/1.1 %d " % status)
        assert received.count(b"HTTP/1.1") == 1
        assert b"connection: close" in received

    async def test_a_client_that_leaves_in_the_middle_changes_nothing(
        self, server: Server, service: Service
    ) -> None:
        raw = raw_request(server.address, _APPEND)
        for length in (0, 10, len(raw) - 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(raw[:length])
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()
        assert _size(service) == 60

    async def test_headers_that_may_repeat_are_joined(self, server: Server) -> None:
        twice = b"Accept: a\r\nAccept: b\r\nConnection: close\r\n\r\n"
        assert (await _converse(server, _ME + twice)).startswith(b"HTTP/1.1 200 OK\r\n")


class TestFaults:
    @pytest.mark.parametrize(("cut", "size"), [(Cut.BEFORE, 60), (Cut.AFTER, 61)])
    async def test_a_cut_closes_the_line_without_a_byte(
        self, server: Server, service: Service, cut: Cut, size: int
    ) -> None:
        service.switch_on("updateCredentialPool", Fault(cut=cut))
        assert await _converse(server, raw_request(server.address, _APPEND)) == b""
        assert _size(service) == size

    async def test_a_cut_within_leaves_half_an_answer(
        self, server: Server, service: Service
    ) -> None:
        service.switch_on("updateCredentialPool", Fault(cut=Cut.WITHIN))
        received = await _converse(server, raw_request(server.address, _APPEND))
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b'{"credential_pool_id"'.startswith(body[:21])
        assert f"content-length: {len(body)}".encode() not in head
        assert _size(service) == 61

    async def test_the_cuts_are_what_httpx_takes_for_a_broken_line(
        self, server: Server, service: Service
    ) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            for cut in Cut:
                service.switch_on("getMe", Fault(cut=cut))
                with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                    await client.get(
                        f"{server.address}/api/v1/users/me/",
                        headers={"Authorization": _AUTHORIZATION},
                    )

    async def test_a_delay_holds_up_its_own_answer_only(self) -> None:
        taken = asyncio.Event()

        def new_id() -> str:
            taken.set()
            return "new"

        service = demo_service(new_id)
        service.switch_on("createCredentialPool", Fault(delay=3600))
        server = Server(service)
        await server.start()
        body = {"credentials": "new,x", "workspace_id": MAIN_WORKSPACE}
        create = raw_request(server.address, make_request("createCredentialPool", body=body))
        slow = asyncio.create_task(_converse(server, create))
        await taken.wait()

        received = await _converse(server, _ME + b"Connection: close\r\n\r\n")
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")
        assert not slow.done()
        await server.close()
        assert await slow == b""

    async def test_they_are_switched_over_http(self, server: Server) -> None:
        headers = {"Authorization": _AUTHORIZATION}
        async with httpx.AsyncClient(
            trust_env=False, base_url=server.address, headers=headers
        ) as client:
            put = await client.put("/demo/faults/getMe", content="502,times:1")
            assert put.json() == {"faults": {"getMe": "502,times:1"}}
            statuses = [(await client.get("/api/v1/users/me/")).status_code for _ in range(2)]
            assert statuses == [502, 200]

            await client.put("/demo/faults/getMe/", content="500")
            await client.put("/demo/faults/listStudies", content="delay:0.5")
            assert (await client.delete("/demo/faults/getMe")).status_code == 200
            listed = await client.get("/demo/faults/")
            assert listed.json() == {"faults": {"listStudies": "delay:0.5"}}
            assert (await client.delete("/demo/faults/")).json() == {"faults": {}}

    @pytest.mark.parametrize(
        ("method", "path", "content", "status"),
        [
            ("PUT", "getMe", "nonsense", 400),
            ("PUT", "getYou", "502", 400),
            ("DELETE", "getYou", "", 400),
            ("PUT", "", "502", 405),
            ("GET", "getMe", "", 405),
            ("POST", "getMe", "502", 405),
        ],
    )
    async def test_a_switch_that_there_is_not_is_refused(
        self, server: Server, service: Service, method: str, path: str, content: str, status: int
    ) -> None:
        async with httpx.AsyncClient(trust_env=False, base_url=server.address) as client:
            answer = await client.request(
                method,
                f"/demo/faults/{path}",
                content=content,
                headers={"Authorization": _AUTHORIZATION},
            )
        assert answer.status_code == status
        assert service.faults == {}

    async def test_they_take_the_token_like_everything_else(
        self, server: Server, service: Service
    ) -> None:
        async with httpx.AsyncClient(trust_env=False, base_url=server.address) as client:
            answer = await client.put("/demo/faults/getMe", content="502")
        assert answer.status_code == 401
        assert service.faults == {}


class TestThread:
    @pytest.fixture
    def threaded(self, service: Service) -> Iterator[Server]:
        with serving(service) as server:
            yield server

    def test_a_blocking_client_is_served(self, threaded: Server, service: Service) -> None:
        with closing(HTTPConnection("127.0.0.1", threaded.port, timeout=10)) as connection:
            for size in (61, 62):
                body = json.dumps({"credentials": f"new-{size},x"})
                connection.request("PATCH", _APPEND.path, body, dict(_APPEND.headers))
                assert connection.getresponse().read()
                assert _size(service) == size

    def test_writers_at_the_same_time_lose_nothing(
        self, threaded: Server, service: Service
    ) -> None:
        def append(writer: int) -> None:
            with closing(HTTPConnection("127.0.0.1", threaded.port, timeout=10)) as connection:
                for number in range(10):
                    body = json.dumps({"credentials": f"new-{writer}-{number},x"})
                    connection.request("PATCH", _APPEND.path, body, dict(_APPEND.headers))
                    connection.getresponse().read()

        threads = [threading.Thread(target=append, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert _size(service) == 60 + 4 * 10

    def test_the_service_is_only_touched_with_the_shared_lock_held(self) -> None:
        lock = threading.Lock()
        held: list[bool] = []

        def new_id() -> str:
            held.append(lock.locked())
            return f"new-{len(held)}"

        service = demo_service(new_id)
        request = make_request(
            "createCredentialPool", body={"credentials": "a,b", "workspace_id": MAIN_WORKSPACE}
        )
        headers = dict(request.headers)

        async def through_the_transport() -> None:
            transport = DemoTransport(service, lock)
            async with httpx.AsyncClient(transport=transport, base_url="https://demo") as client:
                await client.post(request.path, content=request.body, headers=headers)

        asyncio.run(through_the_transport())
        with serving(service, lock=lock) as server:
            httpx.post(
                server.address + request.path,
                content=request.body,
                headers={**headers, "connection": "close"},
                trust_env=False,
            )
        assert held == [True, True]
        assert not lock.locked()

    def test_it_is_gone_afterwards(self, service: Service) -> None:
        with serving(service) as server, socket.create_connection(("127.0.0.1", server.port)):
            port = server.port
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

    def test_a_port_in_use_is_an_error_and_leaves_nothing_behind(
        self, threaded: Server, service: Service
    ) -> None:
        before = threading.active_count()
        with pytest.raises(OSError, match="in use"), serving(service, port=threaded.port):
            pass
        assert threading.active_count() == before


def test_only_this_machine_is_listened_to() -> None:
    with serving(demo_service()) as server:
        assert server.address == f"http://127.0.0.1:{server.port}"
        with socket.socket() as elsewhere, pytest.raises(OSError, match="refused"):
            # Another address of the loopback network: open only to a server on all addresses.
            elsewhere.connect(("127.0.0.2", server.port))
