"""The differential script finds a difference where there is one, and none between two emulators of different seeds."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.emulator.running import API_KEY, Emulator, emulator
from fixtures.stripe.fidelity import differential
from fixtures.stripe.fidelity.comparison import differences
from fixtures.stripe.fidelity.differential import Call, Compared, Side, calls, compare


@pytest.fixture(scope="module", name="pair")
def two_emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Emulator]]:
    folder = tmp_path_factory.mktemp("differential")
    with emulator(folder / "one.log") as one, emulator(folder / "two.log", "--seed", "2") as two:
        yield one, two


def compared(
    pair: tuple[Emulator, Emulator], script: list[Call], transport: httpx.BaseTransport | None = None
) -> list[Compared]:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    with (
        httpx.Client(base_url=pair[0].url, headers=headers, timeout=30) as one,
        httpx.Client(base_url=pair[1].url, headers=headers, transport=transport, timeout=30) as two,
    ):
        return compare(script, Side(one), Side(two))


class Doctoring(httpx.BaseTransport):
    """A proxy that passes everything on, and changes the body of the answers as it is told."""

    def __init__(self, doctor: Callable[[dict[str, Any]], dict[str, Any]], status: int | None = None) -> None:
        self._doctor, self._status = doctor, status
        self._inner = httpx.HTTPTransport()

    def close(self) -> None:
        self._inner.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        body = json.loads(answer.read())
        answer.close()
        return httpx.Response(self._status or answer.status_code, json=self._doctor(body))


def found(pair: tuple[Emulator, Emulator], script: list[Call], transport: httpx.BaseTransport) -> list[str]:
    return [f"{each.kind} {each.path}" for call in compared(pair, script, transport) for each in call.differences]


@pytest.fixture(scope="module", name="whole")
def the_whole_script(pair: tuple[Emulator, Emulator]) -> list[Compared]:
    return compared(pair, calls())


def test_two_emulators_of_different_seeds_do_not_differ(whole: list[Compared]) -> None:
    assert [(each.call, list(map(str, each.differences))) for each in whole if each.differences] == []


def test_the_script_reaches_every_family_and_every_kind_of_answer(whole: list[Compared]) -> None:
    statuses = {each.status[0] for each in whole if each.status}

    assert len(whole) >= 60
    assert [each.call for each in whole if each.status is None] == []
    assert {200, 400, 402, 404} <= statuses


CUSTOMER = [Call("POST /v1/customers", {"email": "a@example.com"})]


@pytest.mark.parametrize(
    ("doctor", "difference"),
    [
        (lambda body: body | {"balance": 1}, "value .balance"),
        (lambda body: body | {"balance": "0"}, "type .balance"),
        (lambda body: body | {"colour": "red"}, "field .colour"),
        (lambda body: {name: value for name, value in body.items() if name != "email"}, "field .email"),
        (lambda body: body | {"id": "kus_" + body["id"][4:]}, "value .id"),
        (lambda body: body | {"preferred_locales": ["de"]}, "length .preferred_locales"),
    ],
)
def test_a_doctored_answer_is_found(
    pair: tuple[Emulator, Emulator], doctor: Callable[[dict[str, Any]], dict[str, Any]], difference: str
) -> None:
    assert found(pair, CUSTOMER, Doctoring(doctor)) == [difference]


def test_a_doctored_status_and_refusal_are_found(pair: tuple[Emulator, Emulator]) -> None:
    script = [Call("GET /v1/customers/cus_nobody")]
    doctoring = Doctoring(lambda body: {"error": body["error"] | {"code": "gone", "message": "No."}}, status=400)

    assert found(pair, script, doctoring) == ["status ", "value .error.code", "wording .error.message"]


def test_a_call_that_only_one_side_can_be_asked_is_found(pair: tuple[Emulator, Emulator]) -> None:
    script = [Call("POST /v1/customers", {}, "customer"), Call("GET /v1/customers/{customer}")]
    doctoring = Doctoring(lambda body: body, status=500)

    assert found(pair, script, doctoring) == ["status ", "status "]


def test_ids_times_and_addresses_may_differ() -> None:
    one = {"id": "cus_NffrFeUfNV2Hib", "created": 1, "url": "https://a.example/x", "of": "/v1/x/pi_3MtwBwLk"}
    other = {"id": "cus_9s6XKzkNRiz8i3", "created": 2, "url": "http://b.example", "of": "/v1/x/pi_9s6XKzkN"}

    assert list(differences(one, other)) == []


def test_a_live_key_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        differential.main(["--key", "sk_live_51abc"])

    assert "only the key of a sandbox" in capsys.readouterr().err


def test_a_dry_run_shows_the_calls_and_makes_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert differential.main(["--dry-run", "--emulator", "http://127.0.0.1:1"]) == 0

    assert "POST /v1/payment_intents amount=2000 currency=usd customer={customer}" in capsys.readouterr().out


def test_a_report_is_written_for_people_and_for_programs(
    pair: tuple[Emulator, Emulator], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    argv = ["--key", API_KEY, "--stripe", pair[0].url, "--emulator", pair[1].url, "--json", str(file)]

    assert differential.main(argv) in (0, 1)
    assert "calls were compared; differences: " in capsys.readouterr().out
    assert len(json.loads(file.read_text())) == len(calls())


def test_a_side_that_does_not_answer_is_said_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["--key", API_KEY, "--stripe", "http://127.0.0.1:1", "--emulator", "http://127.0.0.1:1"]

    assert differential.main(argv) == 2
    assert capsys.readouterr().err.startswith("No comparison: ")
