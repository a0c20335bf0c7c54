"""The generator, a process of its own, against a server whose truth is known."""

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from load import folder, gates, seconds
from load.generating import generate
from load.histogram import merged
from load.history import read
from load.limits import judged_phases
from load.measures import Measures
from load.profile import Gate
from load.tests.toys import CALM, instrument_error_ms, lookers, spec, toy_server


def test_a_server_that_stalls_one_second_in_five_is_not_flattered(tmp_path: Path) -> None:
    """The plan of this seed, met by a server that does nothing from 2 to 3 s and from 7 to 8 s, waits 729 ms at p95."""
    profile = lookers(users=200, rate=60, lasting_s=10)
    with toy_server("stalls", "5", "1") as shop:
        generate(spec(shop.url, profile, tmp_path, seed=2), tmp_path, lambda _line: None)
    measures = Measures.from_json(folder.read(tmp_path / folder.HISTOGRAMS))
    waited = measures.verbs(judged_phases(profile))["pricing_page"].waited  # the planned request of each arrival
    assert waited.count == 596
    p95 = waited.percentile(0.95)
    assert p95 is not None
    assert 650 <= p95 <= 800 + instrument_error_ms(tmp_path)
    requests = measures.of(judged_phases(profile)).waited.count
    assert len(list(read(tmp_path / folder.HISTORY))) == 2 * requests
    kept = seconds.read(tmp_path / folder.SECONDS)
    assert list(kept) == list(range(len(kept)))
    assert sum(each.planned for each in kept.values()) == 596
    assert merged(each.calls for each in kept.values()).buckets == measures.of(judged_phases(profile)).waited.buckets


def test_arrivals_that_find_nobody_free_are_counted_and_make_the_run_invalid(tmp_path: Path) -> None:
    profile = lookers(users=5, rate=100, lasting_s=2)
    with toy_server("stalls", "1", "1") as shop:  # it never answers within its second
        generate(spec(shop.url, profile, tmp_path), tmp_path, lambda _line: None)
    generator = folder.read(tmp_path / folder.GENERATOR)
    assert generator["dropped"]["steady"] > 0.5 * generator["planned"]["steady"]
    assert generator["started"]["steady"] + generator["dropped"]["steady"] == generator["planned"]["steady"]


def test_a_gate_ends_the_dispatch_and_lets_who_is_under_way_end(tmp_path: Path) -> None:
    gate = Gate("in_flight", above=5, for_s=1, then="stop")
    profile = replace(lookers(users=50, rate=40, lasting_s=60), gates=(gate,))
    told: list[Mapping[str, Any]] = []
    with toy_server("stalls", "1", "1") as shop:
        generate(spec(shop.url, profile, tmp_path), tmp_path, told.append)
    generator = folder.read(tmp_path / folder.GENERATOR)
    assert [line["gate"] for line in told if line["type"] == "stop"] == ["in_flight above 5 for 1 s"]
    assert 1 <= generator["stopped_at_s"] < 10
    assert (generator["interrupted"], generator["unfinished"]) == (False, 0)
    kept, made = seconds.read(tmp_path / folder.SECONDS), profile.until(generator["stopped_at_s"])
    assert [each.outcome for each in gates.findings(made, kept, 1, generator["stopped_at_s"])] == ["fail"]


def test_a_generator_that_is_told_to_end_leaves_a_whole_history_and_says_that_it_was(tmp_path: Path) -> None:
    profile = lookers(users=20, rate=20, lasting_s=60)
    began = time.monotonic()
    with toy_server(*CALM) as shop:
        generate(spec(shop.url, profile, tmp_path), tmp_path, end_child)
    assert time.monotonic() - began < 20
    assert folder.read(tmp_path / folder.GENERATOR)["interrupted"] is True
    assert list(read(tmp_path / folder.HISTORY))


def end_child(line: Mapping[str, Any]) -> None:
    if line["type"] == "second":
        os.kill(int(line["pid"]), signal.SIGTERM)
