from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from system.accounts.access import public
from system.web.rendering import AtDesk

router = APIRouter(include_in_schema=False)

DESCRIPTION = (
    "A shop for courses and study tokens. Amounts are integers in minor units of a lower-case currency. Requests that "
    "move money carry an Idempotency-Key; lists are newest first and go on with a cursor. Every error is an RFC 9457 "
    "problem that names the field and the way out. `x-roles` says who may use an operation, `x-feature` and `x-course` "
    "what has to be open to them: see /api/entitlements; `x-scopes` says what an API key needs, and without it none is "
    "taken."
)
TAGS = [
    {"name": "accounts", "description": "Sign up, log in, and stay logged in."},
    {"name": "catalogue", "description": "What is for sale, at today's prices."},
    {"name": "entitlements", "description": "What is open to you, and why; what would open the rest."},
    {"name": "invoices", "description": "Numbered documents of what you paid and got back, also as PDF."},
    {"name": "learning", "description": "The courses themselves."},
    {"name": "payments", "description": "Pay, look, and get money back."},
    {"name": "subscriptions", "description": "Plans: what they open, and what they cost."},
    {"name": "webhooks", "description": "Where the card processor tells what has happened."},
    {"name": "admin", "description": "The books, for admins and auditors. Nothing here changes anything."},
    {"name": "operations", "description": "Health and figures, for machines that watch."},
]
_VERBS = ("get", "post", "put", "patch", "delete")


@router.get("/docs", dependencies=[public])
async def docs(at: AtDesk, request: Request) -> Response:
    """Show the OpenAPI document as a page to read: no script, nothing loaded from elsewhere."""
    document = request.app.openapi()
    return at.page("docs.html", info=document["info"], groups=_groups(document), schemas=_schemas(document))


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for verb in _VERBS:
            if verb in operations:
                operation = operations[verb]
                group = (operation.get("tags") or ["other"])[0]
                groups.setdefault(group, []).append({"path": path, "verb": verb.upper(), **_told(operation)})
    return groups


def _told(operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "description": operation.get("description") or operation.get("summary", ""),
        "roles": operation.get("x-roles", []),
        "parameters": operation.get("parameters", []),
        "body": next((_reference(media["schema"]) for media in body.values() if "schema" in media), None),
        "responses": [
            {"status": status, "text": answer.get("description", ""), "schema": _answer_schema(answer)}
            for status, answer in operation["responses"].items()
        ],
    }


def _answer_schema(answer: dict[str, Any]) -> str | None:
    return next(
        (_reference(media["schema"]) for media in answer.get("content", {}).values() if "schema" in media), None
    )


def _reference(schema: dict[str, Any]) -> str | None:
    return str(schema["$ref"]).rsplit("/", maxsplit=1)[-1] if "$ref" in schema else None


def _schemas(document: dict[str, Any]) -> dict[str, str]:
    schemas = document.get("components", {}).get("schemas", {})
    return {name: orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() for name, schema in schemas.items()}
