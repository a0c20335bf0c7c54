"""What a person makes of refusals: when he comes again, and what a refusal proves of what he asked for before."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from fixtures.client import Visitor
from fixtures.client.transport import RawReply
from load.arrivals import Arrival
from load.history import History, read
from load.measures import Measures
from load.visit import Ended, Person, Run, Visit

AWAY = (503, "overloaded", "2")
DATABASE = (503, "service-unavailable", "9")
DECLINED = (402, "payment-declined", None)
Told = tuple[int, str, str | None]


class Scripted:
    """Answers with one refusal after the other."""

    def __init__(self, answers: Sequence[Told]) -> None:
        self._answers = iter(answers)

    def send(self, method: str, path: str, **_asked: Any) -> RawReply:  # noqa: ANN401 - whatever the client sends
        status, slug, waits = next(self._answers)
        body = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": slug, "request_id": "req_1"}
        headers = {"content-type": "application/problem+json"} | ({"retry-after": waits} if waits else {})
        return RawReply(method, path, status, headers, orjson.dumps(body), 0.0)


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long he waited before each time that he came again."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


def ask(history: History, *answers: Told) -> tuple[Ended, Run]:
    run = Run(0.0, history, Measures(), [], [], 1, "toy")
    visitor = Visitor(Scripted(answers))
    visit = Visit(run, Person("s1", "s1@example.com", visitor), Arrival(1, 0.0, "steady", "student.buy"), "steady")
    return visit.ask_until_known("pay", visitor.catalogue, "pay-1"), run


def ends(path: Path) -> list[str]:
    return [line["type"] for line in read(path) if line["type"] != "invoke"]


@pytest.mark.parametrize(
    ("answers", "kept", "pauses", "left_open"),
    [
        ([AWAY], ["fail"], [], []),
        ([DATABASE, AWAY, AWAY], ["info", "info", "info"], [5.0, 2.0], ["pay-1"]),
        ([DATABASE, DECLINED], ["info", "fail"], [5.0], []),
    ],
    ids=["nothing-was-begun", "an-earlier-one-may-have-done-it", "the-key-tells"],
)
def test_what_a_refusal_proves(  # noqa: PLR0917 - two fixtures, and what is told and expected
    tmp_path: Path,
    waited: list[float],
    answers: list[Told],
    kept: list[str],
    pauses: list[float],
    left_open: list[str],
) -> None:
    path = tmp_path / "history.jsonl"
    with History(path, {"seed": 1}) as history:
        ended, run = ask(history, *answers)

    assert ends(path) == kept
    assert [each.intent for each in run.questions] == left_open
    assert ended.is_open == bool(left_open)
    assert waited == pauses


class Successful:
    """Answers a catalogue of nothing, whatever is asked."""

    def send(self, method: str, path: str, **_asked: Any) -> RawReply:  # noqa: ANN401 - same
        body: dict[str, Any] = {"items": [], "next_cursor": None}
        return RawReply(method, path, 200, {"content-type": "application/json"}, orjson.dumps(body), 0.0)


@pytest.mark.parametrize(
    ("noted", "end"),
    [({"object": "pay_1"}, "ok"), ({"object": None, "state": "active"}, "info"), ({"tier": "pro"}, "ok")],
    ids=["its-own-payment", "another-requests-payment", "nothing-about-money"],
)
def test_a_success_that_tells_of_another_requests_money_leaves_its_own_open(
    noted: dict[str, Any], end: str, tmp_path: Path
) -> None:
    path = tmp_path / "history.jsonl"
    with History(path, {"seed": 1}) as history:
        run = Run(0.0, history, Measures(), [], [], 1, "toy")
        visitor = Visitor(Successful())
        visit = Visit(run, Person("s1", "s1@example.com", visitor), Arrival(1, 0.0, "steady", "student.buy"), "steady")
        ended = visit.ask("subscribe", visitor.catalogue, note=lambda _: noted)

    assert (ended.end, ends(path)) == (end, [end])
