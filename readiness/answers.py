"""What people answered: readiness/answers.toml, one [[answer]] for each question of the registry."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from readiness.registry import Registry

DEFAULT_PATH = Path(__file__).with_name("answers.toml")


class AnswersError(Exception):
    """The answers cannot be used; the message lists everything that is wrong, each naming answer and field."""


class Answer(BaseModel):
    """A named person's answer. `yes` means that what the question asks about is so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    criterion: str
    name: Annotated[str, Field(min_length=2)]
    date: dt.date
    answer: Literal["yes", "no"]
    note: str = ""


def load(registry: Registry, path: Path = DEFAULT_PATH) -> dict[str, Answer]:
    """By criterion; no file means that nobody has answered anything. Raises AnswersError."""
    if not path.exists():
        return {}
    return parse(path.read_text(encoding="utf-8"), registry, source=path.name)


def parse(text: str, registry: Registry, *, source: str) -> dict[str, Answer]:
    faults: list[str] = []
    answers: dict[str, Answer] = {}
    for number, raw in enumerate(_tables(text, source), start=1):
        try:
            answer = Answer.model_validate(raw)
        except ValidationError as error:
            faults += [
                f"answer {number}, field {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
            ]
            continue
        faults += _misplaced(answer, number, registry, answers)
        answers[answer.criterion] = answer
    if faults:
        raise AnswersError(f"{source} has {len(faults)} fault(s):\n" + "\n".join(f"  - {fault}" for fault in faults))
    return answers


def _tables(text: str, source: str) -> list[object]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AnswersError(f"{source} is not valid TOML: {error}") from error
    strays = sorted(set(raw) - {"answer"})
    tables = raw.get("answer", [])
    if strays or not isinstance(tables, list):
        raise AnswersError(f"{source} holds [[answer]] tables and nothing else; found {', '.join(strays) or 'answer'}")
    return tables


def _misplaced(answer: Answer, number: int, registry: Registry, earlier: dict[str, Answer]) -> list[str]:
    criterion = registry.criteria.get(answer.criterion)
    if criterion is None:
        return [f"answer {number}, field criterion: {answer.criterion} is not in the registry"]
    if criterion.kind != "person":
        return [f"answer {number}, field criterion: {answer.criterion} is {criterion.kind}; no person can answer it"]
    if answer.criterion in earlier:
        return [f"answer {number}, field criterion: {answer.criterion} is answered twice; keep the answer that holds"]
    return []
