"""Starts an emulator of its own for the suite that judges it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from fixtures.ports import reserve_port
from fixtures.probes import says
from fixtures.processes import Command, Process

START_TIMEOUT_S: Final = 20.0
API_KEY: Final = "sk_test_contract"


@dataclass(frozen=True, slots=True)
class Emulator:
    """An emulator that listens, spoken to without any SDK in between."""

    url: str
    http: httpx.Client

    def post(self, path: str, data: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """A form-encoded call of the API; `Idempotency_Key="…"` becomes the header of that name."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(path, data=dict(data or {}), headers={"Authorization": f"Bearer {API_KEY}"} | named)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        return self.http.get(path, params=dict(params or {}), headers={"Authorization": f"Bearer {API_KEY}"})

    def control(self, path: str) -> Any:  # noqa: ANN401  the control routes answer JSON of many shapes
        """What a control route reports."""
        return self.http.get(f"/_emulator/{path}").raise_for_status().json()

    def order(self, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401  as above
        """Tells the emulator to do something."""
        return self.http.post(f"/_emulator/{path}", json=dict(body or {})).raise_for_status().json()


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
            with httpx.Client(base_url=url, timeout=30) as http:
                yield Emulator(url, http)
        finally:
            process.end()
