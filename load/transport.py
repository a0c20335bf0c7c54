"""The client's transport over Locust's FastHttpSession, at a fifth of the CPU of its HttpSession.

Imported only inside the generator's own process, after Locust.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment

from fixtures.client.transport import Json, RawReply, encode
from load.attribution.server_timing import Answers

TIMEOUT_S: Final = 30.0
ANSWERS: Final = Answers.of_this_run()


class UnansweredError(ConnectionError):
    """No complete reply came; what the request did, if anything, is not known."""


class FastHttpTransport:
    """One keep-alive connection, as one browser has. Locust's own statistics and events see every request."""

    def __init__(self, environment: Environment, base_url: str, timeout_s: float = TIMEOUT_S) -> None:
        self._session = FastHttpSession(
            base_url=base_url,
            request_event=environment.events.request,
            user=None,
            network_timeout=timeout_s,
            connection_timeout=timeout_s,
            max_redirects=0,
            max_retries=0,
            concurrency=1,
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
        # Every status is a reply here: which of them is a failure, the visit knows and Locust does not.
        asked: dict[str, Any] = {"name": _route(path), "data": body, "headers": sent, "catch_response": True}
        with self._session.request(method, path, **asked) as got:
            elapsed = time.perf_counter() - began
            if got.status_code:
                got.success()
            status, error = got.status_code, getattr(got, "error", None)
            received: Mapping[str, str] = {name.lower(): value for name, value in (got.headers or {}).items()}
            answer: bytes = got.content or b""
        if not status or _is_cut(received, answer):
            raise UnansweredError(f"{method} {path}: {error or 'the reply was cut short'}")
        ANSWERS.hear(received, elapsed)
        return RawReply(method, path, status, received, answer, elapsed)


def _is_cut(headers: Mapping[str, str], content: bytes) -> bool:
    if "content-encoding" in headers or "content-length" not in headers:
        return False
    return len(content) < int(headers["content-length"])


def _route(path: str) -> str:
    """Locust's tables group by name: ids and cursors would make a line of each request."""
    bare = path.partition("?")[0]
    return "/".join("{id}" if "_" in part else part for part in bare.split("/"))
