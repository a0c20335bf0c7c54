"""Every request leaves one line of JSON with the id that its answer carried, and no line holds a secret."""

import json
import re
from collections.abc import Mapping

import pytest

from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import HttpxTransport, Item, Member, Visitor
from fixtures.polling import eventually

TOKENS = "itm_tokens_100"
CARD_NUMBER = re.compile(r"\b4\d{15}\b|\b4\d{3}( \d{4}){3}\b")


@pytest.mark.proves("A19.2")
def test_a_requests_line_carries_the_id_of_its_answer(
    bench: Bench, member: Member, catalogue: Mapping[str, Item]
) -> None:
    paid = member.pay(catalogue[TOKENS], key="logged")
    missing = member.payment("pay_00000000000000000000000000")

    ids = [paid.headers["x-request-id"], missing.problem.request_id]
    lines = eventually(lambda: _lines_with(bench, ids), lambda found: all(found.values()))
    statuses = [[line["status"] for line in found if line.get("event") == "request"] for found in lines.values()]
    assert statuses == [[201], [404]], lines


@pytest.mark.proves("A19.2")
def test_every_line_of_the_application_and_of_the_worker_is_json(bench: Bench, member: Member) -> None:
    member.me()

    broken = [line for name in ("app", "worker") for line in _lines(bench, name) if not _is_object(line)]
    assert broken == []


@pytest.mark.proves("A19.2")
def test_no_line_holds_a_secret(bench: Bench, catalogue: Mapping[str, Item]) -> None:
    someone = person("logs")
    with HttpxTransport(bench.url) as transport:
        visitor = Visitor(transport)
        session = visitor.sign_up(email=someone.email, password=someone.password, name=someone.name).value
        member = Member(transport, session)
        visitor.log_in(email=someone.email, password=someone.password + "-wrong")
        member.pay(catalogue[TOKENS], key="secret-keeping")
        renewed = member.refresh().value
        last = member.pay(catalogue[TOKENS], key="secret-keeping", price_id="prc_nothing").problem.request_id

    eventually(lambda: _lines_with(bench, [last]), lambda found: all(found.values()))
    text = "\n".join(line for name in ("app", "worker") for line in _lines(bench, name))
    secrets = {
        "password": someone.password,
        "access token": session.access_token,
        "refresh token": session.refresh_token,
        "renewed token": renewed.access_token,
        "processor's key": bench.stripe.api_key,
        "signing secret": bench.stripe.endpoint_secret,
    }
    assert [name for name, secret in secrets.items() if secret in text] == []
    assert CARD_NUMBER.search(text) is None


def _lines(bench: Bench, name: str) -> list[str]:
    return [line for line in bench.logs[name].read_text(encoding="utf-8").splitlines() if line.strip()]


def _lines_with(bench: Bench, ids: list[str]) -> dict[str, list[dict[str, object]]]:
    lines = _lines(bench, "app")
    return {each: [json.loads(line) for line in lines if each in line] for each in ids}


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
