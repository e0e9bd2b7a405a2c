"""The way to the service: TLS, proxies, certificates, and what is said of each."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.client.api import Api
from prolific_tui.client.route import route_to
from prolific_tui.errors import Effect, ServiceError, SettingsError
from prolific_tui.secret import Secret
from tests.client_peer import ONCE, SENTINEL, Peer, Reply, Then, client_of, listening, reply

SERVICE = "https://api.prolific.com"
ROWS = Secret("lab-1,hunter2hunter2")
CREATED = reply(201, {"credential_pool_id": "pool-1"})


async def not_sent(api: Api) -> ServiceError:
    """The error of a write that never left."""
    with pytest.raises(ServiceError) as caught:
        await api.create_credential_pool("w", ROWS)
    assert caught.value.effect is Effect.NOT_SENT
    assert "Nothing was sent" in caught.value.message
    return caught.value


class Refusing(httpx.AsyncBaseTransport):
    """A carrier whose connections fail for a reason that no loopback can stage."""

    def __init__(self, cause: BaseException) -> None:
        self._cause = cause

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("All attempts failed", request=request) from self._cause


@pytest.mark.parametrize(
    ("cause", "title"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "No network"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "No network"),
        (ConnectionRefusedError(), "Nothing answers there"),
        (ExceptionGroup("", [OSError(), ConnectionRefusedError()]), "Nothing answers there"),
        (ssl.SSLError(1, "wrong version number"), "The connection is not safe"),
    ],
)
async def test_each_reason_for_no_connection_has_its_words(cause: Exception, title: str) -> None:
    async with client_of(SERVICE, carrier=Refusing(cause)) as api:
        error = await not_sent(api)
    assert error.title == title
    assert "attempts" not in error.message


def https(peer: Peer) -> str:
    return peer.url.replace("http:", "https:")


async def test_a_service_without_tls_is_given_no_token() -> None:
    async with listening(CREATED, greeting=b"220 plain text\r\n") as peer:
        async with client_of(https(peer)) as api:
            error = await not_sent(api)
        assert peer.received == []
    assert error.title == "The connection is not safe"


@dataclass(frozen=True)
class Lab:
    """A service on loopback with a certificate of its own."""

    tls: ssl.SSLContext
    certificates: Path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A certificate for 127.0.0.1 that only its own file vouches for."""
    x509 = pytest.importorskip("cryptography.x509")
    hashes = pytest.importorskip("cryptography.hazmat.primitives.hashes")
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    ec = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ec")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lab")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = tmp_path_factory.mktemp("tls")
    (place / "lab.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (place / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(place / "lab.pem", place / "key.pem")
    return Lab(tls, place / "lab.pem")


async def test_a_certificate_nobody_vouches_for_is_refused_in_words(lab: Lab) -> None:
    async with listening(CREATED, tls=lab.tls) as peer, client_of(https(peer)) as api:
        error = await not_sent(api)
        assert peer.received == []
    assert error.title == "The connection is not safe"
    assert "self-signed certificate" in error.message
    assert "SSL_CERT_FILE" in error.hint


async def test_ssl_cert_file_vouches_for_a_service(lab: Lab) -> None:
    environment = {"SSL_CERT_FILE": str(lab.certificates)}
    async with (
        listening(CREATED, tls=lab.tls) as peer,
        client_of(https(peer), environment=environment) as api,
    ):
        assert await api.create_credential_pool("w", ROWS) == "pool-1"


async def test_a_proxy_passes_on_what_it_cannot_read(lab: Lab) -> None:
    async with listening(CREATED, tls=lab.tls) as peer, tunnel() as proxy:
        environment = {
            "SSL_CERT_FILE": str(lab.certificates),
            "HTTPS_PROXY": f"http://me:pass@127.0.0.1:{proxy.port}",
        }
        async with client_of(https(peer), environment=environment) as api:
            assert await api.create_credential_pool("w", ROWS) == "pool-1"
            assert api.network_notes[0] == (
                f"through the proxy 127.0.0.1:{proxy.port} (HTTPS_PROXY)"
            )
        assert len(peer.received) == 1
    assert proxy.asked == [f"CONNECT 127.0.0.1:{peer.port} HTTP/1.1"]
    assert SENTINEL.encode() not in proxy.passed
    assert b"hunter2hunter2" not in proxy.passed


async def test_a_line_that_breaks_beyond_the_proxy_leaves_a_write_unknown(lab: Lab) -> None:
    silent = Reply(then=Then.CLOSE)
    async with listening(silent, tls=lab.tls) as peer, tunnel() as proxy:
        environment = {
            "SSL_CERT_FILE": str(lab.certificates),
            "HTTPS_PROXY": f"127.0.0.1:{proxy.port}",
        }
        async with client_of(https(peer), environment=environment) as api:
            with pytest.raises(ServiceError) as caught:
                await api.create_credential_pool("w", ROWS)
    assert caught.value.effect is Effect.UNKNOWN


async def test_reads_that_fail_behind_a_proxy_do_not_use_its_connections_up() -> None:
    plain = b"220 plain text\r\n"
    async with listening(CREATED, greeting=plain) as peer, tunnel() as proxy:
        environment = {"HTTPS_PROXY": f"127.0.0.1:{proxy.port}"}
        async with client_of(https(peer), replace(ONCE, pool=0.05), environment=environment) as api:
            for _ in range(12):
                with pytest.raises(ServiceError) as caught:
                    await api.get_me()
                assert caught.value.title == "The connection is not safe"
            async with asyncio.timeout(5):
                for _ in range(12):
                    await peer.closed.acquire()


async def test_a_read_that_fails_leaves_another_on_its_way_alone() -> None:
    me = reply(200, {"id": "me", "email": "a@b"})
    async with listening(Reply(then=Then.HOLD), Reply(then=Then.CLOSE)) as peer:
        peer.held = me
        async with client_of(peer.url) as api:
            slow = asyncio.create_task(api.get_me())
            await peer.heard.wait()
            with pytest.raises(ServiceError):
                await api.get_me()
            peer.release.set()
            assert (await slow).id == "me"


@dataclass
class Tunnel:
    """A proxy that opens any tunnel and notes what goes through it towards the service."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    passed: bytes = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.partition("\r\n")[0])
        host, _, port = head.split(" ")[1].rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = asyncio.create_task(self._pass(far_reader, writer))
        while piece := await reader.read(65536):
            self.passed += piece
            far_writer.write(piece)
        far_writer.close()
        await back

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(65536):
                writer.write(piece)
        writer.close()


@asynccontextmanager
async def tunnel() -> AsyncIterator[Tunnel]:
    """A tunnel for the length of a test."""
    made = Tunnel()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


async def test_a_handshake_that_never_ends_is_a_connection_that_never_was() -> None:
    limits = replace(ONCE, connect=0.05)
    async with listening(Reply(then=Then.HANG)) as peer, client_of(https(peer), limits) as api:
        error = await not_sent(api)
    assert error.title == "No connection in time"


async def test_the_total_limit_in_a_handshake_is_known_to_have_sent_nothing() -> None:
    limits = replace(ONCE, total_write=0.05)
    async with listening(Reply(then=Then.HANG)) as peer, client_of(https(peer), limits) as api:
        error = await not_sent(api)
    assert error.title == "No answer in time"


async def test_a_proxy_that_answers_nothing_has_passed_nothing_on() -> None:
    limits = replace(ONCE, read=0.05)
    async with (
        listening(Reply(then=Then.HANG)) as proxy,
        client_of(SERVICE, limits, environment={"HTTPS_PROXY": proxy.url}) as api,
    ):
        await not_sent(api)
        [request] = proxy.received
    assert request.head.startswith("CONNECT api.prolific.com:443 HTTP/1.1\r\n")
    assert SENTINEL not in request.head


@pytest.mark.parametrize("told", [reply(407), reply(502), Reply(then=Then.CLOSE)])
async def test_a_proxy_that_refuses_has_passed_nothing_on(told: Reply) -> None:
    async with (
        listening(told) as proxy,
        client_of(SERVICE, environment={"https_proxy": proxy.url}) as api,
    ):
        await not_sent(api)
        assert all(SENTINEL not in request.head for request in proxy.received)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "ftp://a", "http://[", "http://:0"])
async def test_a_proxy_that_cannot_be_used_is_said_and_not_a_crash(proxy: str) -> None:
    async with client_of(SERVICE, environment={"HTTPS_PROXY": proxy}) as api:
        await not_sent(api)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
async def test_certificates_that_cannot_be_read_are_said_and_can_be_mended(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "lab.pem"
    if content is not None:
        path.write_bytes(content)
    async with client_of(SERVICE, environment={"SSL_CERT_FILE": str(path)}) as api:
        error = await not_sent(api)
        assert api.network_notes == (f"trusting the certificates in {path} (SSL_CERT_FILE)",)
    assert error.title == "SSL_CERT_FILE can't be used"
    assert str(path) in error.message


def test_a_service_in_the_clear_is_refused_before_anything_else() -> None:
    with pytest.raises(SettingsError):
        Api("http://api.prolific.com", Secret(SENTINEL))


@pytest.mark.parametrize(
    ("environment", "notes"),
    [
        ({}, ()),
        ({"HTTP_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"}, ()),
        (
            {"HTTPS_PROXY": "http://me:pass@proxy.lab:3128"},
            ("through the proxy proxy.lab:3128 (HTTPS_PROXY)",),
        ),
        ({"HTTPS_PROXY": "proxy.lab:3128"}, ("through the proxy proxy.lab:3128 (HTTPS_PROXY)",)),
        ({"HTTPS_PROXY": "http://[::1]:3128"}, ("through the proxy [::1]:3128 (HTTPS_PROXY)",)),
        (
            {"https_proxy": "http://low", "HTTPS_PROXY": "http://up"},
            ("through the proxy low (https_proxy)",),
        ),
        (
            {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example, prolific.com"},
            ("directly, because NO_PROXY names the service",),
        ),
        (
            {"HTTPS_PROXY": "http://me:pa/ss@x:y"},
            ("through the proxy that its variable names (HTTPS_PROXY)",),
        ),
        ({"SSL_CERT_FILE": ""}, ()),
    ],
)
def test_what_is_used_of_the_environment_is_named(
    environment: dict[str, str], notes: tuple[str, ...]
) -> None:
    route = route_to(SERVICE, environment)
    assert route.notes == notes
    assert "pass" not in repr(route)


@pytest.mark.parametrize(
    ("service", "no_proxy", "is_direct"),
    [
        (SERVICE, "*", True),
        (SERVICE, "api.prolific.com", True),
        (SERVICE, "API.Prolific.com", True),
        (SERVICE, ".prolific.com", True),
        (SERVICE, "*.prolific.com", True),
        (SERVICE, "com", True),
        (SERVICE, "api.prolific.com:443", True),
        (SERVICE, "api.prolific.com:8443", False),
        (SERVICE, "olific.com", False),
        (SERVICE, "", False),
        (SERVICE, ",,", False),
        (SERVICE, ".", False),
        (SERVICE, "10.0.0.0/8", False),
        ("https://10.1.2.3", "10.0.0.0/8", True),
        ("https://10.1.2.3", "10.1.2.3", True),
        ("https://10.1.2.3", "2.3", False),
        ("https://[fd00::1]:8443", "[fd00::1]", True),
        ("https://[fd00::1]:8443", "fd00::/8", True),
    ],
)
def test_no_proxy_names_hosts_domains_and_networks(
    service: str, no_proxy: str, is_direct: bool
) -> None:
    route = route_to(service, {"HTTPS_PROXY": "http://p:1", "NO_PROXY": no_proxy})
    assert (route.proxy is None) is is_direct


@given(st.dictionaries(st.sampled_from(["HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"]), st.text()))
def test_no_environment_is_an_exception(environment: dict[str, str]) -> None:
    assert route_to("http://127.0.0.1:1", environment).notes == ()
    route_to(SERVICE, environment)
