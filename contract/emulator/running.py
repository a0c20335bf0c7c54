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
_CHECKED: Final = ("--check-responses", "1")


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


def unsound(control: Control) -> list[str]:
    """What the emulator found wrong with the shape of its own answers and events."""
    judged = control.fidelity()
    return [*(str(violation) for violation in judged.violations), *control.failed_jobs()]


@contextmanager
def emulator(log: Path, *options: str, judged: bool = True) -> Iterator[Emulator]:
    """An emulator on a free port, whose every answer is held against Stripe's shapes.

    Raises StartError with its last log lines when it does not start, and AssertionError at the end when an answer that
    it gave, to whichever test, was not of Stripe's shape. Not `judged`, that is left to the caller.
    """
    with reserve_port() as port:
        argv = (sys.executable, "-m", "fixtures.stripe", "--port", str(port.number), "--seed", "1", *_CHECKED, *options)
        command = Command(name="Stripe emulator", argv=argv, log=log, port=port.number)
        process = Process.start(command)
        try:
            process.wait_ready(says("listening on "), START_TIMEOUT_S)
            url = f"http://127.0.0.1:{port.number}"
            with httpx.Client(base_url=url, timeout=30) as http, Control(url) as control:
                yield Emulator(url, http, control)
                wrong = unsound(control) if judged and process.is_running() else []
                assert not wrong, "\n".join(["Answers that do not have Stripe's shape:", *wrong])
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
