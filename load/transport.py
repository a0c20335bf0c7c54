"""The client's transport over geventhttpclient, the HTTP client that is under Locust's FastHttpUser (decision 17).

Imported only inside the generator's own process, after Locust.
"""

import gzip
import time
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from ssl import SSLContext
from typing import Final
from urllib.parse import urlsplit

import gevent.ssl
from geventhttpclient import HTTPClient
from geventhttpclient.response import HTTPParseError

from fixtures.client.transport import Json, RawReply, encode
from load.attribution.server_timing import Answers

TIMEOUT_S: Final = 30.0
ANSWERS: Final = Answers.of_this_run()
_OFFERED: Final = {"Accept-Encoding": "gzip"}
_UNANSWERED: Final = (OSError, HTTPParseError, zlib.error, EOFError)

Heard = Callable[[RawReply, Exception | None], None]
"""Told of each request that ended. One that got no answer is a reply of status 0, and why."""


class UnansweredError(ConnectionError):
    """No complete reply came; what the request did, if anything, is not known."""


class KeepAliveTransport:
    """One connection, kept as one browser keeps it, and opened with the first request."""

    def __init__(self, base_url: str, heard: Heard | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._base = urlsplit(base_url).path.rstrip("/")
        self._heard = heard
        self._client = HTTPClient.from_url(
            base_url,
            headers=_OFFERED,
            network_timeout=timeout_s,
            connection_timeout=timeout_s,
            concurrency=1,
            ssl_context_factory=_authorities,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Json | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RawReply:
        """Raises UnansweredError for a broken connection, a timeout and a body shorter than announced."""
        body, sent = encode(json, content, headers)
        began = time.perf_counter()
        try:
            status, received, answer = self._exchanged(method, path, body, sent)
        except _UNANSWERED as error:
            if self._heard is not None:
                self._heard(RawReply(method, path, 0, {}, b"", time.perf_counter() - began), error)
            raise UnansweredError(f"{method} {path}: {str(error) or type(error).__name__}") from error
        reply = RawReply(method, path, status, received, answer, time.perf_counter() - began)
        ANSWERS.hear(received, reply.elapsed_s)
        if self._heard is not None:
            self._heard(reply, None)
        return reply

    def close(self) -> None:
        self._client.close()

    def _exchanged(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        came = self._client.request(method, self._base + path, body=body, headers=headers)
        received = {name.lower(): value for name, value in came.items()}
        answer = came.read()
        if len(answer) < int(received.get("content-length", 0)) and method != "HEAD":
            raise EOFError("the reply was cut short")
        if received.get("content-encoding") == "gzip":
            answer = gzip.decompress(answer)
        return came.get_code(), received, answer


# Loading the authorities' certificates takes longer than a request, and every person would do it again.
@cache
def _authorities(cafile: str | None = None) -> SSLContext:
    made: SSLContext = gevent.ssl.create_default_context(cafile=cafile)
    return made
