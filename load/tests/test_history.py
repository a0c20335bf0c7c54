from pathlib import Path

import pytest

from load.history import History, TornHistoryError, ending, read
from load.operations import operations, unresolved


def written(path: Path) -> Path:
    with History(path, {"seed": 1}) as history:
        about = {"actor": "ada@example.com", "amount": 499, "currency": "usd"}
        for intent in ("pay-1", "pay-2", "pay-3"):
            history.invoke("s0.0", "pay", intent, about)
        history.end("s0.0", "pay", "pay-1", "ok", {"http": 201, "object": "pay_a", "amount": 499, "currency": "usd"})
        history.end("s0.0", "pay", "pay-2", "info", {"http": None})
        history.invoke("s0.1", "pay", "pay-2", about)
        history.end("s0.1", "pay", "pay-2", "fail", {"http": 402})
    return path


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (200, "ok"),
        (201, "ok"),
        (202, "info"),  # the processor's answer was lost: the money may have moved
        (400, "fail"),
        (402, "fail"),
        (404, "fail"),
        (408, "info"),
        (409, "info"),
        (422, "fail"),
        (425, "info"),
        (429, "info"),
        (500, "info"),
        (502, "info"),
        (503, "info"),
        (0, "info"),
        (302, "info"),
    ],
)
def test_only_a_proof_ends_a_request(status: int, end: str) -> None:
    assert ending(status) == end


def test_each_attempt_is_an_operation_and_one_without_end_may_have_happened(tmp_path: Path) -> None:
    found = operations(read(written(tmp_path / "history.jsonl")))
    assert [(each.key, each.outcome, each.object_id) for each in found] == [
        ("pay-1", "ok", "pay_a"),
        ("pay-2", "info", None),
        ("pay-2", "fail", None),
        ("pay-3", "info", None),
    ]


def test_a_question_counts_as_answered_by_a_later_attempt(tmp_path: Path) -> None:
    assert unresolved(operations(read(written(tmp_path / "history.jsonl")))) == ["pay-3"]


@pytest.mark.parametrize("lost", [0, 3, -1])
def test_a_history_with_a_line_missing_is_not_judged(tmp_path: Path, lost: int) -> None:
    path = written(tmp_path / "history.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    del lines[lost]
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(TornHistoryError):
        list(read(path))


def test_a_torn_last_line_is_not_judged(tmp_path: Path) -> None:
    path = written(tmp_path / "history.jsonl")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(TornHistoryError):
        list(read(path))
