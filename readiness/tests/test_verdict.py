"""The rules of the verdict: the worst decides, and what nobody looked at is not in order."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.answers import Answer
from readiness.evidence import Line, Outcome
from readiness.registry import Registry
from readiness.tests.made_up import line
from readiness.verdict import WORST_FIRST, Judgement, judge, worst

pytestmark = pytest.mark.proves("C7.1")

CRITERIA: list[dict[str, object]] = [
    {"id": "A1.1", "kind": "measured", "scope": ["payments"], "text": "Money is taken once."},
    {"id": "A1.2", "kind": "measured", "scope": ["payments"], "text": "It is found again.", "needs": ["named"]},
    {"id": "A1.3", "kind": "person", "scope": ["payments"], "text": "Has somebody looked at it?"},
    {"id": "A1.4", "kind": "not_applicable", "scope": ["payments"], "text": "It has a tail.", "reason": "It is money."},
    {"id": "A1.5", "kind": "measured", "scope": ["tokens"], "text": "Tokens add up too."},
]
REGISTRY = Registry.model_validate(
    {"row": [{"id": "A1", "group": "Made up", "title": "A payment", "criterion": CRITERIA}]}
)
PROVEN = [line("first", "A1.1"), line("named", "A1.2")]
YES = Answer(criterion="A1.3", name="Ada Lovelace", date=dt.date(2026, 3, 1), answer="yes")

OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(["pass", "fail", "unknown"])
IDS = st.sampled_from(["A1.1", "A1.2", "A1.5"])
# A busy machine is slow; how long a pure function takes there says nothing about it.
UNHURRIED = settings(deadline=None)
EVIDENCE = st.lists(
    st.builds(
        Line,
        check=st.sampled_from(["first", "second", "named"]),
        suite=st.just("contract"),
        proves=st.lists(IDS, max_size=3).map(tuple),
        outcome=OUTCOMES,
    ),
    max_size=8,
)


def payments(lines: list[Line], *, launch: bool = False, answer: Answer | None = None) -> Judgement:
    answers = {} if answer is None else {answer.criterion: answer}
    return judge(REGISTRY, lines, answers, scope="payments", launch=launch)


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {part.criterion.id: part.verdict for row in judgement.rows for part in row.criteria}


def test_all_proven_is_go_although_a_question_waits() -> None:
    judgement = payments(PROVEN)
    assert judgement.go
    assert verdicts(judgement) == {"A1.1": "pass", "A1.2": "pass", "A1.3": "pending", "A1.4": "not_applicable"}


def test_at_a_launch_the_waiting_question_decides() -> None:
    assert payments(PROVEN, launch=True).verdict == "pending"
    assert payments(PROVEN, launch=True, answer=YES).go


def test_a_person_who_says_no_is_a_failure_at_any_time() -> None:
    assert payments(PROVEN, answer=YES.model_copy(update={"answer": "no"})).verdict == "fail"


def test_a_criterion_of_another_scope_neither_helps_nor_hinders() -> None:
    judgement = payments([*PROVEN, line("tokens", "A1.5", outcome="fail")])
    assert judgement.go
    assert "A1.5" not in verdicts(judgement)


def test_without_a_scope_what_nothing_proves_is_unknown() -> None:
    judgement = judge(REGISTRY, PROVEN, {})
    assert judgement.verdict == "unknown"
    assert verdicts(judgement)["A1.5"] == "unknown"


def test_a_needed_check_that_is_missing_leaves_the_criterion_unknown() -> None:
    judgement = payments([line("first", "A1.1"), line("another", "A1.2")])
    assert verdicts(judgement)["A1.2"] == "unknown"
    assert "No evidence of named." in judgement.rows[0].criteria[1].why


def test_one_failing_check_among_many_passing_ones_fails_the_criterion() -> None:
    many = [line(f"check {number}", "A1.1") for number in range(20)]
    judgement = payments([*PROVEN, *many, line("bad", "A1.1", outcome="fail")])
    assert judgement.verdict == "fail"
    assert judgement.rows[0].criteria[0].checks[0].check == "bad", "the worst check is listed first"


def test_a_failed_check_that_names_no_criterion_stands_in_the_way() -> None:
    judgement = payments([*PROVEN, line("stray", outcome="fail")])
    assert judgement.verdict == "fail"
    assert [stray.check for stray in judgement.unassigned] == ["stray"]


def test_a_suite_that_broke_off_makes_the_whole_unknown() -> None:
    assert judge(REGISTRY, PROVEN, {}, unfinished=["unit"], scope="payments").verdict == "unknown"


def test_a_scope_that_holds_nothing_is_unknown() -> None:
    assert judge(REGISTRY, PROVEN, {}, scope="nothing").verdict == "unknown"


def test_of_nothing_the_worst_is_unknown() -> None:
    assert worst([]) == "unknown"
    assert not payments([]).go


@UNHURRIED
@given(EVIDENCE, st.lists(IDS, max_size=3), st.booleans())
def test_a_failing_line_never_improves_a_verdict(lines: list[Line], proves: list[str], launch: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    worse = [*lines, line("worse", *proves, outcome="fail")]
    before, after = payments(lines, launch=launch), payments(worse, launch=launch)
    assert WORST_FIRST.index(after.verdict) <= WORST_FIRST.index(before.verdict)
    for criterion, verdict in verdicts(after).items():
        assert WORST_FIRST.index(verdict) <= WORST_FIRST.index(verdicts(before)[criterion])


@UNHURRIED
@given(EVIDENCE)
def test_nothing_passes_without_a_passing_line_of_its_own(lines: list[Line]) -> None:
    for criterion, verdict in verdicts(judge(REGISTRY, lines, {})).items():
        if verdict == "pass":
            outcomes = {part.outcome for part in lines if criterion in part.proves}
            assert outcomes == {"pass"}


@UNHURRIED
@given(EVIDENCE, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter(lines: list[Line], random: object) -> None:
    shuffled = sorted(lines, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert verdicts(payments(lines)) == verdicts(payments(shuffled))
