"""Every route of the running system, as its own OpenAPI document tells: operations (`x-roles`), pages (`x-pages`)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_PARAMETER: Final = re.compile(r"\{([^}]+)\}")
PUBLIC: Final = "public"
SOMEWHERE: Final = {
    "document_id": "inv_00000000000000000000000000",
    "feature": "offline_access",
    "item_id": "itm_free_git",
    "payment_id": "pay_00000000000000000000000000",
    "price_id": "prc_course_python",
    "session_id": "ses_00000000000000000000000000",
    "key_id": "key_00000000000000000000000000",
}
"""A value for every parameter of a path, for questions whose answer comes before the object is looked for."""


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """`roles` is what the system says of itself; empty means that everybody may. `guards` has to be open as well."""

    path: str
    method: str
    is_page: bool
    roles: frozenset[str]
    guards: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.path)

    def filled(self, values: Mapping[str, str]) -> str:
        """The path with its parameters; a parameter without a value is a KeyError that names it."""
        return _PARAMETER.sub(lambda match: values[match.group(1)], self.path)


def routes_of(document: Mapping[str, Any]) -> list[Route]:
    return sorted([*_operations(document), *_pages(document)], key=lambda route: (route.path, route.method))


def _operations(document: Mapping[str, Any]) -> Iterator[Route]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            roles, guards = _roles(operation["x-roles"]), _guards(operation)
            yield Route(path, method.upper(), False, roles, guards, _fields(operation, document))  # noqa: FBT003 - the columns in their order


def _pages(document: Mapping[str, Any]) -> Iterator[Route]:
    for page in document["x-pages"]:
        yield Route(page["path"], page["method"], True, _roles(page["access"]), _guards(page))  # noqa: FBT003 - see above


def _roles(told: list[str]) -> frozenset[str]:
    return frozenset(told) - {PUBLIC}


def _guards(told: Mapping[str, Any]) -> frozenset[str]:
    """The feature that has to be open, and `course` where the course in the path has to be."""
    feature = {told["x-feature"]} if "x-feature" in told else set()
    return frozenset(feature | ({"course"} if told.get("x-course") else set()))


def _fields(operation: Mapping[str, Any], document: Mapping[str, Any]) -> frozenset[str]:
    """The names of the fields of a JSON body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    reference = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(reference, {})
    return frozenset(schema.get("properties", {}))
