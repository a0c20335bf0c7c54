"""`python -m system serve`: answer HTTP, in one process or in several that share a port."""

import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from system.accounts.access import decisions
from system.app import create_app
from system.entitlements.access import features_fault
from system.kit.clock import Clock, SystemClock
from system.migrations.head import schema_fault
from system.observability.logs import configure_logging
from system.observability.metrics import share_counters
from system.settings import Settings, read_settings

_BACKLOG = 4096
_ACCEPTED_AT_ONCE = 16
"""In each turn of its loop uvloop takes one connection from a socket (libuv, since 1.46), and a turn of a busy server
takes milliseconds: people who come at once would wait for seconds to be heard. So it gets the socket several times."""
_DRAIN_S = 30
"""How long a request that moves money may take to finish after the order to stop; what is cut off is swept."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where it listens. A `shared` port is one where a successor may listen beside: the kernel deals out who comes."""

    host: str
    port: int
    shared: bool = False


def serve(settings: Settings, clock: Clock, door: Door, *, workers: int) -> int:
    """Serve until told to stop. Return 1, with one sentence and the way out, when that is impossible."""
    configure_logging(settings.log_level)
    app = create_app(settings, clock)
    fault = (
        schema_fault(str(settings.database_url))
        or features_fault(str(settings.database_url), decisions(app))
        or _fault_of_clock(clock, workers)
    )
    if fault:
        print(fault, file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    try:
        listener = _listen(door)
    except OSError as taken:
        fault = f"Cannot listen on {door.host}:{door.port} ({taken.strerror}). Choose another with --port."
        print(fault, file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    config = _config(app if workers == 1 else f"{__name__}:build", workers)
    with listener, ExitStack() as others:
        sockets = [listener, *(others.enter_context(listener.dup()) for _ in range(_ACCEPTED_AT_ONCE - 1))]
        if workers == 1:
            uvicorn.Server(config).run(sockets=sockets)
        else:
            share_counters()
            Multiprocess(config, sockets=sockets).run()
    return 0


def build() -> FastAPI:
    """Build one worker's application: it is a process of its own and reads the same environment again."""
    settings = read_settings()
    configure_logging(settings.log_level)
    return create_app(settings, SystemClock())


def _config(app: FastAPI | str, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        backlog=_BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_S,
    )


def _listen(door: Door) -> socket.socket:
    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if door.shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((door.host, door.port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def _fault_of_clock(clock: Clock, workers: int) -> str | None:
    if workers > 1 and not isinstance(clock, SystemClock):
        return "A clock of your own lives in one process; serve with --workers 1."
    return None
