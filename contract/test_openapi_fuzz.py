"""Requests generated from the OpenAPI document, valid and invalid, alone and in chains, as two members and an admin.

A run that met nothing but refusals proves nothing: what it reached is asserted as well, and a document that lies must
be found out by the same machinery.
"""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.fuzz import Found, Plan, run
from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Member, Visitor

SEED = 20_260_101
EXAMPLES = 12
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


def _wrong_schema(document: Document) -> str:
    page = document["paths"]["/api/catalogue/items"]["get"]["responses"]["200"]["content"]["application/json"]
    page["schema"] = {"type": "object", "required": ["never_there"]}
    return "/api/catalogue/items"


def _forgotten_status(document: Document) -> str:
    del document["paths"]["/api/payments/{payment_id}"]["get"]["responses"]["404"]
    return "/api/payments/{payment_id}"


def _lock_that_is_open(document: Document) -> str:
    document["paths"]["/api/catalogue/items"]["get"]["security"] = [{"access_token": []}]
    return "/api/catalogue/items"


LIES: dict[str, tuple[Callable[[Document], str], str]] = {
    "wrong-schema": (_wrong_schema, "response_schema_conformance"),
    "undeclared-status": (_forgotten_status, "status_code_conformance"),
    "open-lock": (_lock_that_is_open, "ignored_auth"),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.proves("A20.2")
def test_a_document_that_lies_is_found_out(
    bench: Bench, document: Document, tokens: dict[str, str], tmp_path: Path, lie: str
) -> None:
    tell, check = LIES[lie]
    doctored = copy.deepcopy(document)
    only = tell(doctored)
    plan = Plan(
        bench.url,
        _written(doctored, tmp_path),
        tokens,
        tmp_path,
        seed=SEED,
        examples=3,
        phases=("examples", "coverage", "fuzzing"),
        only=only,
    )

    found = run(plan)

    assert any(f": {check}:" in failure for failure in found.failures), found.output


@pytest.mark.proves("A20.1")
def test_every_operation_is_described(document: Document) -> None:
    silent = [
        name for name, each in _operations(document).items() if not (each.get("summary") and each.get("operationId"))
    ]

    assert silent == []


@pytest.mark.proves("A20.1")
def test_payment_routes_have_examples_of_the_request_and_of_each_answer(document: Document) -> None:
    missing = [
        f"{name} {part}"
        for name, operation in _operations(document).items()
        if "/api/payments/" in name
        for part in _without_example(operation, document)
    ]

    assert missing == []


def _operations(document: Document) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def _without_example(operation: dict[str, Any], document: Document) -> Iterator[str]:
    bodies = {"request": operation["requestBody"]} if "requestBody" in operation else {}
    bodies |= {f"answer {status}": answer for status, answer in operation["responses"].items()}
    for name, body in bodies.items():
        for media in body.get("content", {}).values():
            if not _has_example(media, document):
                yield name


def _has_example(media: dict[str, Any], document: Document) -> bool:
    """An example of its own, or of its schema, or of each property of its schema."""
    if "example" in media or media.get("examples"):
        return True
    schema = _resolved(media.get("schema", {}), document)
    if "example" in schema or schema.get("examples"):
        return True
    properties = [_resolved(each, document) for each in schema.get("properties", {}).values()]
    return bool(properties) and all("example" in each or each.get("examples") or "enum" in each for each in properties)


def _resolved(schema: dict[str, Any], document: Document) -> dict[str, Any]:
    reference = schema.get("$ref")
    return document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _written(document: Document, folder: Path) -> Path:
    path = folder / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
