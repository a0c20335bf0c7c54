"""Starts an emulator of its own for the suite that judges it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import stripe

from fixtures.emulator import Emulator as Control
from fixtures.ports import reserve_port
from fixtures.probes import says
from fixtures.processes import Command, Process

START_TIMEOUT_S: Final = 20.0
API_KEY: Final = "sk_test_contract"


@dataclass(frozen=True, slots=True)
class Emulator:
    """An emulator that listens: spoken to without any SDK in between, and by its control routes."""

    url: str
    http: httpx.Client
    control: Control

    def post(self, path: str, data: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """A form-encoded call of the API; `Idempotency_Key="…"` becomes the header of that name."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(path, data=dict(data or {}), headers={"Authorization": f"Bearer {API_KEY}"} | named)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        return self.http.get(path, params=dict(params or {}), headers={"Authorization": f"Bearer {API_KEY}"})


@contextmanager
def emulator(log: Path, *options: str) -> Iterator[Emulator]:
    """An emulator on a free port; raises StartError with its last log lines when it does not start."""
    with reserve_port() as port:
        argv = (sys.executable, "-m", "fixtures.stripe", "--port", str(port.number), "--seed", "1", *options)
        command = Command(name="Stripe emulator", argv=argv, log=log, port=port.number)
        process = Process.start(command)
        try:
            process.wait_ready(says("listening on "), START_TIMEOUT_S)
            url = f"http://127.0.0.1:{port.number}"
            with httpx.Client(base_url=url, timeout=30) as http, Control(url) as control:
                yield Emulator(url, http, control)
        finally:
            process.end()


@contextmanager
def client_of(running: Emulator) -> Iterator[stripe.StripeClient]:
    """Stripe's own client, which never retries, so that each test sees what the server said."""
    http = stripe.RequestsClient()
    try:
        yield stripe.StripeClient(API_KEY, base_addresses={"api": running.url}, max_network_retries=0, http_client=http)
    finally:
        http.close()  # type: ignore[no-untyped-call]  # theirs has no annotation
