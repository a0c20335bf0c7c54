import tomllib
from typing import Any

import pytest

from load.arrivals import planned
from load.profile import PROFILES, Profile, ProfileError, load, parse
from load.users import NAMES


def raw() -> dict[str, Any]:
    return tomllib.loads((PROFILES / "smoke.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [path.stem for path in PROFILES.glob("*.toml")])
def test_every_profile_of_the_house_can_be_used(name: str) -> None:
    profile = load(name, NAMES)
    assert any(phase.judged for phase in profile.phases)
    assert Profile.from_json(profile.to_json()) == profile


@pytest.mark.parametrize("name", [path.stem for path in PROFILES.glob("*.toml")])
def test_a_profile_plans_enough_payments_for_its_own_minimum(name: str) -> None:
    """A run that cannot gather its samples is INCONCLUSIVE however good the system is."""
    profile = load(name, NAMES)
    judged = {phase.name for phase in profile.phases if phase.judged}
    plan = planned(profile.phases, profile.mix, seed=1)
    buying = sum(each.journey.startswith("student.buy") for each in plan if each.phase in judged)
    assert buying >= profile.limits.minimum_samples


def test_an_unknown_key_is_refused_by_name_with_those_that_exist() -> None:
    with pytest.raises(ProfileError, match=r"unknown key 'payments_p59_ms'; allowed are .*payments_p95_ms"):
        parse("mine", raw() | {"limits": raw()["limits"] | {"payments_p59_ms": 1}}, NAMES)
    with pytest.raises(ProfileError, match=r"mine\.toml: unknown key 'user'; allowed are .*users"):
        parse("mine", raw() | {"user": 3}, NAMES)
    with pytest.raises(ProfileError, match=r"phases\[0\]: unknown key 'second'"):
        parse("mine", raw() | {"phases": [raw()["phases"][0] | {"second": 3}]}, NAMES)


def test_a_missing_limit_is_no_limit_that_never_fails() -> None:
    limits = raw()["limits"]
    del limits["errors_percent"]
    with pytest.raises(ProfileError, match="errors_percent is missing"):
        parse("mine", raw() | {"limits": limits}, NAMES)


def test_an_unknown_journey_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ProfileError, match=r"unknown journey 'student\.steal'; there are .*student\.buy"):
        parse("mine", raw() | {"mix": {"student.steal": 1}}, NAMES)


def test_a_profile_that_judges_nothing_is_refused() -> None:
    phases = [phase | {"judged": False} for phase in raw()["phases"]]
    with pytest.raises(ProfileError, match="nothing could be judged"):
        parse("mine", raw() | {"phases": phases}, NAMES)


@pytest.mark.parametrize("value", [True, "500", None])
def test_a_limit_that_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ProfileError, match="calls_p95_ms must be a number"):
        parse("mine", raw() | {"limits": raw()["limits"] | {"calls_p95_ms": value}}, NAMES)


def test_an_unknown_profile_is_answered_with_those_that_exist() -> None:
    with pytest.raises(ProfileError, match=r"there are baseline, breakpoint, .*smoke"):
        load("smok", NAMES)


def test_scale_changes_people_and_arrivals_and_no_limit() -> None:
    whole = load("baseline", NAMES)
    tenth = whole.scaled(0.1)
    assert tenth.users == 10
    assert tenth.phases[0].rate(10) == pytest.approx(whole.phases[0].rate(10) / 10)
    assert tenth.limits == whole.limits
    assert tenth.scale == pytest.approx(0.1)


PHASE = {"name": "steady", "seconds": 20, "arrivals_per_s": 12, "judged": True}
IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "endless phase": (
        {"phases": [PHASE | {"seconds": float("nan")}]},
        r"phases\[0\]: seconds must be a number, not nan",
    ),
    "phase of words": ({"phases": [PHASE | {"seconds": "20"}]}, r"phases\[0\]: seconds must be a number, not '20'"),
    "rate without end": (
        {"phases": [PHASE | {"arrivals_per_s": float("inf")}]},
        r"phases\[0\]: arrivals_per_s must be a number, not inf",
    ),
    "rate below zero": ({"phases": [PHASE | {"until_arrivals_per_s": -1}]}, r"phases\[0\]: .* must be above 0"),
    "judged in words": ({"phases": [PHASE | {"judged": "no"}]}, r"phases\[0\]: .*judged true or false"),
    "two of one name": ({"phases": [PHASE, PHASE | {"judged": False}]}, "'steady' is the name of more than one phase"),
    "no phases": ({"phases": 3}, "phases must be a list of tables"),
    "no mix": ({"mix": 3}, "mix must be a table of journeys"),
    "nobody": ({"users": 0}, "users must be a whole number of 1 or more, not 0"),
    "people in words": ({"users": "40"}, "users must be a whole number of 1 or more, not '40'"),
    "no patience": ({"settle_s": 0}, "settle_s must be above 0"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_is_refused_by_name(case: str) -> None:
    changes, told = IMPOSSIBLE[case]
    with pytest.raises(ProfileError, match=told):
        parse("mine", raw() | changes, NAMES)


@pytest.mark.parametrize(
    ("limit", "value"),
    [("calls_p95_ms", float("inf")), ("calls_p95_ms", 0), ("errors_percent", -1), ("minimum_samples", 0)],
)
def test_a_limit_that_nothing_can_break_is_refused(limit: str, value: float) -> None:
    with pytest.raises(ProfileError, match=f"limits: {limit} must be"):
        parse("mine", raw() | {"limits": raw()["limits"] | {limit: value}}, NAMES)


GATE = {"metric": "payments_p95_ms", "above": 1000, "for_s": 10, "then": "stop"}
NO_GATES: dict[str, tuple[dict[str, Any], str]] = {
    "a metric that is not measured": ({"metric": "payments_p59_ms"}, "unknown metric 'payments_p59_ms'; there are pay"),
    "an unknown key": ({"for": 10}, r"gates\[0\]: unknown key 'for'; allowed are above, for_s"),
    "an unknown end": ({"then": "abort"}, "unknown then 'abort'; there are stop, fail"),
    "a bound in words": ({"above": "1 s"}, "above must be a number, not '1 s'"),
    "a share of more than all": ({"metric": "errors_percent", "above": 100}, "a percentage below 100, not 100"),
    "half a second": ({"for_s": 0.5}, "for_s must be a whole number of seconds"),
    "a phase that is not there": ({"phases": ["rush"]}, "not 'rush'; there are warm-up, steady"),
    "a window longer than its phase": ({"phases": ["warm-up"]}, "no window of 10 s fits into 4 s"),
}


@pytest.mark.parametrize("case", NO_GATES)
def test_a_gate_that_nothing_can_break_is_refused_by_name(case: str) -> None:
    changes, told = NO_GATES[case]
    with pytest.raises(ProfileError, match=told):
        parse("mine", raw() | {"gates": [GATE | changes]}, NAMES)


def test_what_a_gate_needs_is_not_guessed_and_two_are_not_the_same() -> None:
    with pytest.raises(ProfileError, match=r"gates\[0\]: then is missing"):
        parse("mine", raw() | {"gates": [{key: GATE[key] for key in GATE if key != "then"}]}, NAMES)
    with pytest.raises(ProfileError, match="more than one gate says 'payments_p95_ms above 1000 for 10 s'"):
        parse("mine", raw() | {"gates": [GATE, GATE | {"then": "fail"}]}, NAMES)
    assert parse("mine", raw() | {"gates": [GATE]}, NAMES).gates[0].name == "payments_p95_ms above 1000 for 10 s"


def test_a_run_that_was_stopped_made_part_of_its_profile() -> None:
    whole = load("baseline", NAMES)
    assert whole.until(None) == whole.until(60) == whole
    assert [(phase.name, phase.seconds) for phase in whole.until(32.5).phases] == [("warm-up", 10), ("steady", 22.5)]
    (half,) = whole.until(5).phases
    assert (half.seconds, half.rate(5)) == (5, whole.phases[0].rate(5))
