"""Locust's own page beside a run, for a person who watches: requests by route as Locust counts them, and its charts.

It judges nothing: what it rounds and what it hides, the report does not. A failure here is a request without an answer,
or one that was answered 5xx; which refusals a person expected, only the report knows. Its button to stop
interrupts the run, as Ctrl-C does. Imported only inside a generator's own process, after Locust.
"""

from collections.abc import Callable
from typing import Any, Final

import gevent
from flask import Response, request
from locust.env import Environment
from locust.runners import STATE_RUNNING, STATE_STOPPING, LocalRunner
from locust.stats import stats_history

from fixtures.client.transport import RawReply

_HERE: Final = "127.0.0.1"
_READING: Final = frozenset({"GET", "HEAD"})
_STOP: Final = "/stop"
_RESET: Final = "/stats/reset"
_SERVER_ERROR: Final = 500
_REFUSED: Final = "This page shows a run and stops it. Begin one with its command: python -m load run --ui"


class Page:
    """Answers on loopback while its process lives."""

    def __init__(self, url: str, port: int) -> None:
        self._environment = Environment(host=url, user_classes=[])
        self._runner = _Watched(self._environment)
        self._environment.runner = self._runner
        self._requests: Any = self._environment.events.request
        gevent.spawn(stats_history, self._runner)
        shown: Any = self._environment.create_web_ui(_HERE, port, delayed_start=True)
        shown.app.before_request(_only_what_it_can)
        shown.start()

    def hear(self, reply: RawReply, error: Exception | None) -> None:
        """Count one request that ended, with an answer or without."""
        if error is None and reply.status >= _SERVER_ERROR:
            error = ConnectionError(f"answered {reply.status}")
        self._requests.fire(
            request_type=reply.method,
            name=_route(reply.path),
            response_time=1000 * reply.elapsed_s,
            response_length=len(reply.content),
            exception=error,
        )

    def show(self, people: Callable[[], int], stop: Callable[[], None]) -> None:
        """From now on it shows how many people there are, and its button ends their run."""
        self._runner.people, self._runner.end = people, stop
        self._runner.update_state(STATE_RUNNING)


class _Watched(LocalRunner):
    """Locust's runner that runs nobody: who comes, the plan of arrivals decides."""

    people: Callable[[], int] = staticmethod(lambda: 0)
    end: Callable[[], None] = staticmethod(lambda: None)

    @property
    def user_count(self) -> int:
        return self.people()

    def stop(self) -> None:
        self.update_state(STATE_STOPPING)
        self.end()


def _only_what_it_can() -> Response | None:
    allowed = request.method in _READING or request.path in {_STOP, _RESET}
    return None if allowed else Response(_REFUSED, status=409)


def _route(path: str) -> str:
    """Locust's tables group by name: ids and cursors would make a line of each request."""
    bare = path.partition("?")[0]
    return "/".join("{id}" if "_" in part else part for part in bare.split("/"))
