"""The generator's transport: what is an answer, what is none, and that nothing is sent twice."""

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from fixtures.client.transport import RawReply
from load.transport import KeepAliveTransport, UnansweredError

_BODY = b'{"items": []}'
_PACKED = gzip.compress(_BODY)
_PATIENCE_S = 0.3


class Server:
    """Answers each request with the next of its answers, whatever was asked; None says nothing and hangs up."""

    def __init__(self, answers: Sequence[bytes | None], *, keeps: bool, certificate: Path | None) -> None:
        self.asked: list[bytes] = []
        self.connections = 0
        self._answers = iter(answers)
        self._keeps = keeps
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._tls = None if certificate is None else _speaking_as(certificate)
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                with connection, suppress(ConnectionError, ssl.SSLError, StopIteration):
                    self._converse(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)

    def _converse(self, connection: socket.socket) -> None:
        while received := connection.recv(65_536):
            self.asked.append(received)
            answer = next(self._answers)
            if answer is None:
                return
            connection.sendall(answer)
            if not self._keeps:
                return

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def _speaking_as(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@contextmanager
def serving(*answers: bytes | None, keeps: bool = True, certificate: Path | None = None) -> Iterator[Server]:
    server = Server(answers, keeps=keeps, certificate=certificate)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()


def answer(body: bytes = _BODY, *, length: int | None = None, more: str = "") -> bytes:
    announced = len(body) if length is None else length
    return f"HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\n{more}\r\n".encode() + body


def test_people_keep_their_connection_and_header_names_are_lower_case() -> None:
    with (
        serving(answer(), answer(more="X-Told: Yes\r\n")) as server,
        closing(KeepAliveTransport(server.url + "/base/")) as transport,
    ):
        transport.send("GET", "/items?limit=1")
        got = transport.send("POST", "/items", json={"a": 1}, headers={"Authorization": "Bearer t"})
    assert (got.status, got.content, got.headers["x-told"], server.connections) == (200, _BODY, "Yes", 1)
    assert server.asked[0].startswith(b"GET /base/items?limit=1 HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer t\r\n" in server.asked[1]
    assert server.asked[1].endswith(b'\r\n\r\n{"a": 1}')


def test_an_answer_that_came_packed_is_unpacked() -> None:
    with (
        serving(answer(_PACKED, more="Content-Encoding: gzip\r\n")) as server,
        closing(KeepAliveTransport(server.url)) as transport,
    ):
        got = transport.send("GET", "/items")
    assert got.content == _BODY
    assert b"\r\nAccept-Encoding: gzip\r\n" in server.asked[0]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(None, id="hangs-up"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="ends-in-the-head"),
        pytest.param(answer(length=1000), id="ends-in-the-body"),
        pytest.param(answer(b"no gzip", more="Content-Encoding: gzip\r\n"), id="packed-by-nobody"),
        pytest.param(answer(_PACKED[:-9], more="Content-Encoding: gzip\r\n"), id="packed-in-part"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="speaks-something-else"),
    ],
)
def test_what_is_no_whole_answer_is_none_and_the_request_is_not_repeated(said: bytes | None) -> None:
    heard: list[tuple[RawReply, Exception | None]] = []
    with (
        serving(said, answer(), keeps=False) as server,
        closing(KeepAliveTransport(server.url, lambda *told: heard.append(told))) as transport,
    ):
        with pytest.raises(UnansweredError, match=r"POST /pay: \S"):
            transport.send("POST", "/pay", json={"amount": 499})
        assert len(server.asked) == 1
        assert transport.send("POST", "/pay", json={"amount": 499}).status == 200, "the next request has a connection"
    assert [(reply.status, error is None) for reply, error in heard] == [(0, False), (200, True)]


@pytest.mark.parametrize("said", [b"", answer(length=1000)])
def test_who_is_kept_waiting_gives_up_after_his_patience(said: bytes) -> None:
    with serving(said) as server, pytest.raises(UnansweredError, match="timed out"):
        KeepAliveTransport(server.url, timeout_s=_PATIENCE_S).send("GET", "/items")


def test_where_nobody_listens_nobody_answers() -> None:
    with serving() as server:
        pass
    with pytest.raises(UnansweredError, match="refused"):
        KeepAliveTransport(server.url).send("GET", "/items")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with serving(answer(), certificate=_of_nobody(tmp_path)) as server:
        with (
            closing(KeepAliveTransport(server.url)) as transport,
            pytest.raises(UnansweredError, match="self-signed certificate"),
        ):
            transport.send("POST", "/pay", json={"amount": 499})
        assert server.asked == []


def _of_nobody(directory: Path) -> Path:
    """A certificate for this machine that signed itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=36_500))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    written = directory / "of-nobody.pem"
    written.write_bytes(key.private_bytes(*plain) + made.public_bytes(Encoding.PEM))
    return written
