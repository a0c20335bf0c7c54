"""Requests generated from the OpenAPI document, valid and invalid, alone and in chains, as two members and an admin.

A run that met nothing but refusals proves nothing: what it reached is asserted as well, and a document that lies must
be found out by the same machinery.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest

from contract.fuzz import PHASES, Found, Plan, run
from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Member, Visitor

SEED = 20_260_101
EXAMPLES = 8
SUCCEEDING_MIN = 18
STATEFUL_MIN = 20

pytestmark = pytest.mark.timeout(240)
Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(bench: Bench) -> Document:
    with HttpxTransport(bench.url) as transport:
        return Visitor(transport).openapi().value


@pytest.fixture(scope="module")
def tokens(bench: Bench, newcomer: Callable[[], Member]) -> dict[str, str]:
    people = {"ada": newcomer(), "eve": newcomer(), "admin": bench.as_admin()}
    return {name: member.session.access_token for name, member in people.items()}


@pytest.fixture(scope="module")
def found(bench: Bench, document: Document, tokens: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Found:
    """One run over everything, for the questions below."""
    folder = tmp_path_factory.mktemp("fuzz")
    return run(Plan(bench.url, _written(document, folder), tokens, folder, seed=SEED, examples=EXAMPLES))


@pytest.mark.proves("A18.4", "A20.2")
def test_no_generated_request_breaks_the_contract(found: Found) -> None:
    assert found.failures == (), f"Seed {SEED}:\n" + "\n".join(found.failures) + found.output


@pytest.mark.proves("A18.4")
def test_no_generated_request_was_answered_with_a_server_error(found: Found) -> None:
    broken = {name: seen for name, seen in found.statuses.items() if any(status >= 500 for status in seen)}

    assert broken == {}, f"Seed {SEED}:\n{found.output}"


@pytest.mark.proves("A20.2")
def test_every_operation_was_reached(found: Found, document: Document) -> None:
    assert set(_operations(document)) - found.statuses.keys() == set()


@pytest.mark.proves("A20.2")
def test_most_operations_answered_with_success(found: Found) -> None:
    succeeded = found.succeeded()

    assert len(succeeded) >= SUCCEEDING_MIN, f"Only {succeeded} answered 2xx; the others: {found.statuses}"


@pytest.mark.proves("A20.2")
def test_answers_led_to_further_requests(found: Found) -> None:
    assert found.transitions >= STATEFUL_MIN, found.output


LIES = {
    "a schema that no answer has": "GET /api/catalogue/items: response_schema_conformance:",
    "a lock on an open door": "GET /api/catalogue/items: ignored_auth:",
    "a status left out": "GET /api/payments/{payment_id}: status_code_conformance:",
}


@pytest.fixture(scope="module")
def found_in_lies(
    bench: Bench, document: Document, tokens: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Found:
    """A run of the same machinery over a document with three lies in it."""
    folder, doctored = tmp_path_factory.mktemp("lies"), copy.deepcopy(document)
    items = doctored["paths"]["/api/catalogue/items"]["get"]
    items["responses"]["200"]["content"]["application/json"]["schema"] = {"type": "object", "required": ["never_there"]}
    items["security"] = [{"access_token": []}]
    del doctored["paths"]["/api/payments/{payment_id}"]["get"]["responses"]["404"]
    told = ("/api/catalogue/items", "/api/payments/{payment_id}")
    path = _written(doctored, folder)
    return run(Plan(bench.url, path, tokens, folder, seed=SEED, examples=3, phases=PHASES[:3], only=told))


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.proves("A20.2")
def test_a_document_that_lies_is_found_out(found_in_lies: Found, lie: str) -> None:
    assert any(failure.startswith(LIES[lie]) for failure in found_in_lies.failures), found_in_lies.output


@pytest.mark.proves("A20.1")
def test_every_operation_is_described(document: Document) -> None:
    silent = [
        name for name, each in _operations(document).items() if not (each.get("summary") and each.get("operationId"))
    ]

    assert silent == []


AREAS: Final[Mapping[str, tuple[str, ...]]] = {
    "payments": ("/api/payments/",),
    "subscriptions": ("/api/subscriptions/", "/api/entitlements"),
}
area = pytest.mark.parametrize(
    "area",
    [
        pytest.param("payments", marks=pytest.mark.proves("A20.1")),
        pytest.param("subscriptions", marks=pytest.mark.proves("A20.3")),
    ],
)


@area
def test_routes_have_examples_of_the_request_and_of_each_answer(document: Document, area: str) -> None:
    told = _media_of(document, AREAS[area])

    assert told
    assert [name for name, media in told if not _examples(media, document)] == []


@area
def test_each_example_satisfies_its_schema(document: Document, area: str) -> None:
    wrong = [
        f"{name}: {fault.message}"
        for name, media in _media_of(document, AREAS[area])
        for example in _examples(media, document)
        for fault in _validator(media, document).iter_errors(example)
    ]

    assert wrong == [], "\n".join(wrong)


def _media_of(document: Document, paths: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{name} {part}", media)
        for name, operation in _operations(document).items()
        if any(path in name for path in paths)
        for part, media in _media(operation)
    ]


def _validator(media: dict[str, Any], document: Document) -> jsonschema_rs.Validator:
    schema = {**media["schema"], "components": document["components"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def _operations(document: Document) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def _media(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The documented bodies of an operation: what is sent, and each answer."""
    bodies = {"request": operation["requestBody"]} if "requestBody" in operation else {}
    bodies |= {f"answer {status}": answer for status, answer in operation["responses"].items()}
    for name, body in bodies.items():
        for kind, media in body.get("content", {}).items():
            # A PDF or a file of HTML has no example that a schema could judge.
            if kind.endswith("json"):
                yield f"{name} {kind}", media


def _examples(media: dict[str, Any], document: Document) -> list[Any]:
    """Its own, or its schema's, or for a list of such, its items'."""
    own = [example["value"] for example in media.get("examples", {}).values()]
    schema = _resolved(media.get("schema", {}), document)
    items = _resolved(_resolved(schema.get("properties", {}).get("items", {}), document).get("items", {}), document)
    pages = [{"items": [example], "next_cursor": None} for example in items.get("examples", [])]
    return [*own, *schema.get("examples", []), *pages]


def _resolved(schema: dict[str, Any], document: Document) -> dict[str, Any]:
    reference = schema.get("$ref")
    return document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _written(document: Document, folder: Path) -> Path:
    path = folder / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
