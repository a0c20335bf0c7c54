"""The registry: the real one is whole, and a faulty one is refused with every fault at once."""

import re

import pytest

from readiness import planted, registry
from readiness.registry import RegistryError

FAULTY = """
[[row]]
id = "A1"
group = "Monetization"
title = "Stripe"

[[row.criterion]]
id = "A1.1"
kind = "measured"
scope = ["payments"]
text = "no full stop"

[[row.criterion]]
id = "A2.9"
kind = "measurd"
scope = []
text = "It has a full stop."
colour = "red"

[[row.criterion]]
id = "A1.1"
kind = "not_applicable"
scope = ["payments"]
text = "It has no reason at all."
"""


def test_every_requirement_of_the_brief_is_a_row() -> None:
    rows = [row.id for row in registry.load().rows]
    assert rows[:20] == [f"A{number}" for number in range(1, 21)]
    assert rows[20:50] == [f"B{number}" for number in range(1, 31)]
    assert all(name.startswith("C") for name in rows[50:])


def test_every_criterion_is_one_sentence_of_readable_length() -> None:
    for criterion in registry.load().criteria.values():
        assert len(criterion.text) < 240, criterion.id
        assert criterion.text.endswith("?") == (criterion.kind == "person"), criterion.id


def test_the_scope_of_this_release_has_criteria_in_each_group() -> None:
    rows = registry.load().rows
    with_payments = {row.group for row in rows for criterion in row.criteria if "payments" in criterion.scope}
    assert with_payments == {"Monetization", "Production readiness", "Assay itself"}


def test_all_faults_are_listed_at_once_naming_row_and_field() -> None:
    with pytest.raises(RegistryError) as refused:
        registry.parse(FAULTY, source="doctored.toml")
    told = str(refused.value)
    for expected in (
        r"A1\.1: id is used 2 times",
        r"row A1 criterion A1\.1 text",
        r"row A1 criterion A2\.9 kind",
        r"row A1 criterion A2\.9 scope",
        r"row A1 criterion A2\.9 colour",
        r"row A1 criterion A1\.1.*reason is given exactly when",
    ):
        assert re.search(expected, told), f"{expected} is not told in:\n{told}"


def test_a_criterion_in_another_rows_place_is_a_fault() -> None:
    text = FAULTY.split("[[row.criterion]]", maxsplit=1)[0] + (
        '[[row.criterion]]\nid = "B7.1"\nkind = "measured"\nscope = ["payments"]\ntext = "It lies about its row."\n'
    )
    with pytest.raises(RegistryError, match=r"row A1 criterion B7\.1 id: does not begin with its row's id"):
        registry.parse(text, source="doctored.toml")


def test_text_that_is_not_toml_is_refused_in_one_sentence() -> None:
    with pytest.raises(RegistryError, match="not valid TOML"):
        registry.parse("[[row]", source="doctored.toml")


def test_an_empty_registry_is_refused() -> None:
    with pytest.raises(RegistryError, match="row"):
        registry.parse("", source="empty.toml")


def test_a_scope_asks_for_its_own_measured_criteria_alone() -> None:
    whole = registry.load()
    asked = whole.measured("payments")
    assert asked
    assert {whole.criteria[name].kind for name in asked} == {"measured"}
    assert all("payments" in whole.criteria[name].scope for name in asked)
    assert len(whole.measured(None)) > len(asked)


def test_every_planted_defect_is_needed_by_one_criterion() -> None:
    whole, planted_rows = registry.load(), {defect.row for defect in planted.load_all()}
    assert {row: len(whole.needing(f"defects/{row}")) for row in planted_rows} == dict.fromkeys(planted_rows, 1)
    assert whole.defects(whole.measured(None)) == planted_rows
    assert whole.defects(whole.measured("payments")) < planted_rows
    assert whole.defects(["A1.1", "Z9.9"]) == frozenset()
