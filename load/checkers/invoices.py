"""What was paid is also on paper: the rules of `fixtures.books.invoices`, each asked on its own."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from fixtures.books.invoices import RULES, Invoicing
from load.checkers.checker import Checker


def _checker(rule: Callable[[Invoicing], Iterable[object]]) -> Checker[Any]:
    return Checker(rule, lambda seen: seen.invoicing, lambda read: len(read.documents), "invoices")


CHECKERS: Final = tuple(map(_checker, RULES))
