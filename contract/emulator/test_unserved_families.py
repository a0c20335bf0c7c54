"""The families that are not served are named, and answer as Stripe answers a path it has not: nothing is faked."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from contract.emulator import sdk_suite
from contract.emulator.running import API_KEY, Emulator

pytestmark = pytest.mark.proves("C1.7")

_HERE = Path(__file__).parent
_BASELINE: dict[str, Any] = tomllib.loads((_HERE / "baseline.toml").read_text())


@pytest.fixture(scope="module", name="calls")
def calls_of_the_sdk() -> dict[str, set[tuple[str, str]]]:
    return sdk_suite.calls_by_family(sdk_suite.source(_HERE.parents[1] / ".cache" / "stripe-sdk"))


@pytest.mark.timeout(200)
def test_every_family_of_the_sdk_is_served_or_named_as_unserved(calls: dict[str, set[tuple[str, str]]]) -> None:
    served, unserved = set(_BASELINE["passed"]), set(_BASELINE["unserved"])

    assert sorted(served & unserved) == [], "a family that is served is not unserved: take it out of baseline.toml"
    assert sorted(calls.keys() ^ (served | unserved)) == []


@pytest.mark.timeout(200)
@pytest.mark.parametrize("family", _BASELINE["unserved"])
def test_an_unserved_family_answers_as_an_unknown_path(
    stand_in: Emulator, calls: dict[str, set[tuple[str, str]]], family: str
) -> None:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    answers = {call: stand_in.http.request(*call, headers=headers) for call in sorted(calls[family])}

    assert {call: (answer.status_code, _refusal(answer.json())) for call, answer in answers.items()} == {
        call: (404, f"invalid_request_error: Unrecognized request URL ({call[0]}: {call[1]}).") for call in answers
    }


def _refusal(body: dict[str, Any]) -> str:
    error = body.get("error", {})
    return f"{error.get('type')}: {str(error.get('message')).partition(' Please')[0]}"


def test_an_unserved_call_is_counted(stand_in: Emulator) -> None:
    before = stand_in.http.get("/_emulator/health").json()["unserved"].get("GET /v1/terminal/readers", 0)
    stand_in.get("/v1/terminal/readers")

    assert stand_in.http.get("/_emulator/health").json()["unserved"]["GET /v1/terminal/readers"] == before + 1
