"""What came of a request that was never answered, and how those are refused that cannot be served."""

from typing import Any

import pytest

from load.checkers import outcomes
from load.operations import HANG_S, told
from load.tests import made_run

Json = dict[str, Any]
LOST = {"type": "info", "http": None, "object": None}


def answers(stored: Json, lost: set[str]) -> dict[str, tuple[str, str | None]]:
    """Of a healthy run in which the answers to some intents were lost."""
    lines = [line | (LOST if line["type"] == "ok" and line["intent"] in lost else {}) for line in made_run.history()]
    found = made_run.seen(stored, lines).verdicts
    return {each.key: (each.answer, each.object_id) for each in found}


def test_what_the_processor_did_is_done_and_named() -> None:
    refund = min(made_run.REFUNDED)
    found = answers(made_run.snapshot(), {"pay-5", f"refund-{refund}"})
    assert found == {
        "pay-5": ("done", made_run.payment_id(5)),
        f"refund-{refund}": ("done", made_run.refund_id(refund)),
    }


def test_what_the_processor_never_did_is_not_done() -> None:
    stored = made_run.snapshot()
    del stored["charges"][5]
    assert answers(stored, {"pay-5"}) == {"pay-5": ("not done", None)}


def test_a_declined_charge_has_done_nothing() -> None:
    stored = made_run.snapshot()
    stored["charges"][5]["paid"] = False
    assert answers(stored, {"pay-5"}) == {"pay-5": ("not done", None)}


def test_of_two_alike_with_one_charge_nobody_can_say_which() -> None:
    stored = made_run.snapshot()
    del stored["charges"][5]
    same_buyer = 5 + made_run.STUDENTS
    found = answers(stored, {"pay-5", f"pay-{same_buyer}"})
    assert {answer for answer, _ in found.values()} == {"unknown"}


@pytest.mark.parametrize("hidden", ["charges", "returned", "customers"])
def test_without_the_processors_word_nothing_is_decided(hidden: str) -> None:
    assert answers(made_run.snapshot() | {hidden: None}, {"pay-5"}) == {"pay-5": ("unknown", None)}


def test_while_anything_moves_nothing_is_decided() -> None:
    stored = made_run.snapshot() | {"moving": ["1 payments are undecided"]}
    assert answers(stored, {"pay-5"}) == {"pay-5": ("unknown", None)}


def test_of_who_was_lost_with_his_machine_the_processor_may_have_done_more_than_he_told() -> None:
    lines = [line | (LOST if line["type"] == "ok" and line["intent"] == "pay-5" else {}) for line in made_run.history()]
    seen = made_run.seen(None, lines)
    (told_of,) = outcomes.of_run(seen.stored, seen.told.operations, {made_run.email(5)})
    (others,) = outcomes.of_run(seen.stored, seen.told.operations, {made_run.email(6)})
    assert (told_of.answer, told_of.object_id, others.answer) == ("unknown", None, "done")


def test_the_first_thousand_verdicts_are_kept_and_all_are_counted() -> None:
    found = [outcomes.Verdict(f"pay-{n}", "pay", "ada", "not done", "nothing") for n in range(1500)]
    kept = outcomes.told(found)
    assert (kept["counted"]["not done"], len(kept["intents"])) == (1500, 1000)


def refusals(took_s: float, **end: object) -> list[str]:
    who = {"p": "s0.0", "f": "pay", "intent": "pay-1"}
    asked = {"actor": "ada@example.com", "amount": 499, "currency": "usd"}
    lines = [{**who, "t": 1.0, "type": "invoke", "value": asked}, {**who, "t": 1.0 + took_s, "type": "info", **end}]
    return told(lines).refusals.unclean


@pytest.mark.parametrize(
    ("took_s", "end"),
    [
        (0.1, {"http": 201}),
        (0.1, {"http": 402}),
        (0.1, {"http": 404}),
        (0.1, {"http": 429, "retry_after": "1"}),
        (0.1, {"http": 503, "retry_after": "5"}),
        (0.1, {"http": None, "error": "UnansweredError"}),
    ],
)
def test_a_clean_refusal_is_none_to_complain_of(took_s: float, end: Json) -> None:
    assert refusals(took_s, **end) == []


@pytest.mark.parametrize(
    ("took_s", "end", "complaint"),
    [
        (0.1, {"http": 500}, "answered 500"),
        (0.1, {"http": 502}, "answered 502"),
        (0.1, {"http": 503}, "answered 503 without Retry-After"),
        (0.1, {"http": 429}, "answered 429 without Retry-After"),
        (HANG_S, {"http": None, "error": "timed out"}, "hung until its client gave up"),
        (HANG_S, {"http": 200}, "hung until its client gave up"),
    ],
)
def test_an_unclean_refusal_is_named(took_s: float, end: Json, complaint: str) -> None:
    (found,) = refusals(took_s, **end)
    assert found.endswith(complaint), found
