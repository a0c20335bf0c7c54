"""The registry of requirements: what must be true before a launch, and who or what decides it."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Kind = Literal["measured", "person", "not_applicable"]
Sentence = Annotated[str, Field(min_length=10, pattern=r"\S[.?]$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]

DEFECT = "defects/"
DEFAULT_PATH = Path(__file__).with_name("requirements.toml")


class RegistryError(Exception):
    """The registry cannot be used; `faults` lists everything that is wrong with it, each naming row and field."""

    def __init__(self, source: str, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"{source} has {len(faults)} fault(s):\n" + "\n".join(f"  - {fault}" for fault in faults))


class Criterion(BaseModel):
    """One sentence that a run or a named person can decide."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Z][0-9]+\.[0-9]+$")]
    kind: Kind
    scope: Annotated[tuple[Slug, ...], Field(min_length=1)]
    text: Sentence
    needs: tuple[str, ...] = ()
    reason: Sentence | None = None

    @model_validator(mode="after")
    def kind_and_fields_agree(self) -> Self:
        if (self.kind == "not_applicable") != (self.reason is not None):
            raise ValueError("reason is given exactly when kind is not_applicable")
        if self.needs and self.kind != "measured":
            raise ValueError("needs names checks, which only a measured criterion has")
        return self


class Row(BaseModel):
    """One requirement with its acceptance criteria."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: Annotated[str, Field(pattern=r"^[A-Z][0-9]+$")]
    group: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=3)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, alias="criterion")]


class Registry(BaseModel):
    """All rows, in the order in which a reader should meet them."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    rows: Annotated[tuple[Row, ...], Field(min_length=1, alias="row")]

    @property
    def criteria(self) -> dict[str, Criterion]:
        return {criterion.id: criterion for row in self.rows for criterion in row.criteria}

    def measured(self, scope: str | None) -> list[str]:
        """The ids of what a run can decide in a scope; None is everything."""
        return [
            criterion.id
            for criterion in self.criteria.values()
            if criterion.kind == "measured" and (scope is None or scope in criterion.scope)
        ]

    def needing(self, check: str) -> tuple[str, ...]:
        """The ids of the criteria that name a check as what they need."""
        return tuple(criterion.id for criterion in self.criteria.values() if check in criterion.needs)

    def defects(self, criteria: Iterable[str]) -> frozenset[int]:
        """The rows of the planted defects that some of these criteria need."""
        needs = [check for name in criteria if name in self.criteria for check in self.criteria[name].needs]
        rows = (check.removeprefix(DEFECT) for check in needs if check.startswith(DEFECT))
        return frozenset(int(row) for row in rows if row.isdecimal())

    @property
    def scopes(self) -> list[str]:
        return sorted({scope for criterion in self.criteria.values() for scope in criterion.scope})


def load(path: Path = DEFAULT_PATH) -> Registry:
    """Raises RegistryError with every fault at once."""
    return parse(path.read_text(encoding="utf-8"), source=path.name)


def parse(text: str, *, source: str) -> Registry:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegistryError(source, [f"not valid TOML: {error}"]) from error
    faults = _repeated_ids(raw)
    try:
        registry = Registry.model_validate(raw)
    except ValidationError as error:
        faults += [f"{_place(raw, list(fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    else:
        faults += _strays(registry)
    if faults:
        raise RegistryError(source, faults)
    return registry


def _place(raw: object, steps: list[int | str]) -> str:
    """Words for a path such as ("row", 3, "criterion", 0, "text"): the ids met on the way, then the field."""
    words: list[str] = []
    node = raw
    for step in steps:
        if isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
            name = node.get("id", f"number {step + 1}") if isinstance(node, dict) else f"number {step + 1}"
            words.append(str(name))
        else:
            node = node.get(str(step)) if isinstance(node, dict) else None
            words.append(str(step))
    return " ".join(words)


def _repeated_ids(raw: dict[str, object]) -> list[str]:
    rows = _tables(raw, "row")
    ids = [str(row["id"]) for row in rows if "id" in row]
    ids += [str(criterion["id"]) for row in rows for criterion in _tables(row, "criterion") if "id" in criterion]
    return [f"{name}: id is used {count} times" for name, count in Counter(ids).items() if count > 1]


def _tables(node: dict[str, object], key: str) -> list[dict[str, object]]:
    value = node.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _strays(registry: Registry) -> list[str]:
    return [
        f"row {row.id} criterion {criterion.id} id: does not begin with its row's id"
        for row in registry.rows
        for criterion in row.criteria
        if criterion.id.split(".")[0] != row.id
    ]
