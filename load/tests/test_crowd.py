"""Who is let in, and who is told the auditor's password, before the first request of a load."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fixtures.client import requests
from fixtures.client.transport import Json, RawReply
from load import folder
from load.crowd import NoWayInError, admitted
from load.tests import toy
from load.tests.toys import asked

OURS = {
    requests.CATALOGUE: (200, {"items": [toy.ITEM], "next_cursor": None}),
    requests.LOG_IN: (200, toy.SESSION),
    requests.TRIAL_BALANCE: (200, {"currencies": []}),
}
Answers = Mapping[str, tuple[int, object]]


class Told:
    """A transport whose answers are given, and which remembers what was asked."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Json | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RawReply:
        del json, content, headers
        self.asked.append(path.partition("?")[0])
        status, body = self._answers.get(self.asked[-1], (404, "nothing here"))
        return RawReply(method, path, status, {"content-type": "application/json"}, _written(body), 0.0)


def _written(body: object) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def enter(answers: Answers) -> Told:
    transport = Told(answers)
    admitted(transport, "http://127.0.0.1:8000", "auditor@example.com", "secret")
    return transport


def test_an_auditor_of_a_system_of_ours_is_let_in() -> None:
    assert enter(OURS).asked == [requests.CATALOGUE, requests.LOG_IN, requests.TRIAL_BALANCE]


@pytest.mark.parametrize("shown", [(404, "not found"), (200, "<html>"), (200, {"things": []}), (301, "")])
def test_a_stranger_is_not_told_the_password(shown: tuple[int, object]) -> None:
    stranger = Told({**OURS, requests.CATALOGUE: shown})
    with pytest.raises(NoWayInError, match=r"is no system of ours.*correct --target"):
        admitted(stranger, "http://127.0.0.1:8000", "auditor@example.com", "secret")
    assert stranger.asked == [requests.CATALOGUE]


@pytest.mark.parametrize("said", [(401, {"title": "wrong"}), (403, {"title": "second factor"}), (200, {"token": "x"})])
def test_a_password_that_is_wrong_or_has_expired_is_refused_with_the_options_to_correct(said: Any) -> None:  # noqa: ANN401 - any answer
    with pytest.raises(NoWayInError, match="correct --auditor-email and --auditor-password-file"):
        enter({**OURS, requests.LOG_IN: said})


def test_an_account_that_may_not_read_the_books_is_refused() -> None:
    """Otherwise a whole run would be made before anybody found out that nobody can judge it."""
    with pytest.raises(NoWayInError, match=r"may not read the books.*the role auditor"):
        enter({**OURS, requests.TRIAL_BALANCE: (403, {"title": "forbidden"})})


class Stranger(BaseHTTPRequestHandler):
    """Somebody else's server: it answers 404, and 501 to what it does not know."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        asked: list[str] = vars(self.server)["asked"]
        asked.append(self.requestline)


def test_a_run_against_somebody_elses_server_ends_before_it_begins(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        asked_for: list[str] = []
        vars(server)["asked"] = asked_for
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [sys.executable, "-m", "load", "run", *asked(f"http://127.0.0.1:{server.server_port}", tmp_path)]
        ended = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True, check=False)
        server.shutdown()
    assert ended.returncode == 3, ended.stderr
    assert "is no system of ours, which would show what it sells: correct --target" in ended.stderr
    assert {line.split()[0] for line in asked_for} == {"GET"}
    assert folder.read(out / folder.RESULT)["verdict"] == "BROKEN"
