"""From PostgreSQL's own log to the statements of one payment: what is measured is what is sent, not what we believe."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "%p|%d|"
"""The log_line_prefix that `parse` reads: process and database."""

_LINE: Final = re.compile(r"^(?P<pid>\d+)\|(?P<database>[^|]*)\|(?P<level>LOG|DETAIL):  (?P<text>.*)$", re.DOTALL)
_STATEMENT: Final = re.compile(r"^(?:statement|execute [^:]*): (?P<sql>.*)$", re.DOTALL)
_PARAMETER: Final = re.compile(r"\$(\d+) = (NULL|'((?:[^']|'')*)')", re.DOTALL)
_NAME: Final = re.compile(r"\b[a-z]{2,5}_[0-9A-Za-z]{6,}\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with $1, $2 … and the text of each parameter, None for NULL."""

    sql: str
    parameters: tuple[str | None, ...]


Transaction = tuple[Statement, ...]


class UnreadableLogError(Exception):
    """The log does not hold what was expected; the text says what it holds."""


def parse(log: str, database: str) -> list[Statement]:
    """The statements that were executed on a database, in order, BEGIN and COMMIT included."""
    found: list[Statement] = []
    for entry in _entries(log):
        line = _LINE.match(entry)
        if line is None or line["database"] != database:
            continue
        statement = _STATEMENT.match(line["text"])
        if line["level"] == "LOG" and statement:
            found.append(Statement(statement["sql"].strip(), ()))
        elif line["level"] == "DETAIL" and found and line["text"].lower().startswith("parameters: "):
            found[-1] = Statement(found[-1].sql, _parameters(line["text"]))
    return found


def _entries(log: str) -> Iterator[str]:
    """PostgreSQL begins the further lines of an entry with a tab."""
    entry = ""
    for line in log.splitlines(keepends=True):
        if line.startswith("\t"):
            entry += line[1:]
            continue
        if entry:
            yield entry.rstrip("\n")
        entry = line
    if entry:
        yield entry.rstrip("\n")


def _parameters(detail: str) -> tuple[str | None, ...]:
    read = {
        int(number): None if whole == "NULL" else text.replace("''", "'")
        for number, whole, text in _PARAMETER.findall(detail)
    }
    return tuple(read[number] for number in sorted(read))


def transactions(statements: Iterable[Statement]) -> list[Transaction]:
    """What stood between BEGIN and COMMIT together; a statement outside of both is alone."""
    grouped: list[Transaction] = []
    current: list[Statement] | None = None
    for statement in statements:
        word = statement.sql.upper().rstrip(";")
        if word == "BEGIN":
            current = []
        elif word == "COMMIT":
            grouped += [tuple(current)] if current else []
            current = None
        elif word.startswith("ROLLBACK"):
            raise UnreadableLogError("a transaction of the payment was rolled back")
        elif current is None:
            grouped.append((statement,))
        else:
            current.append(statement)
    return grouped


def names_of_this_payment(
    first: Sequence[Transaction], second: Sequence[Transaction], keys: Iterable[str]
) -> list[str]:
    """Identifiers of the second payment that the first did not have: those that a third one must have of its own.

    Raises UnreadableLogError when the two payments did not send the same statements.
    """
    if shape(first) != shape(second):
        raise UnreadableLogError(f"two payments sent different statements:\n{shape(first)}\n{shape(second)}")
    fresh = _names(second) - _names(first)
    return sorted(fresh | set(keys), key=len, reverse=True)


def shape(grouped: Iterable[Transaction]) -> list[list[str]]:
    return [[" ".join(statement.sql.split()) for statement in transaction] for transaction in grouped]


def _names(grouped: Iterable[Transaction]) -> set[str]:
    """Also those inside of arrays and documents."""
    values = (value for transaction in grouped for statement in transaction for value in statement.parameters)
    return {name for value in values if value is not None for name in _NAME.findall(value)}
