"""A rule as a check of a run: which side it looks at, how much there was to be wrong, and what it says of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, Literal, TypeVar

from load.checkers.seen import Seen
from load.findings import Finding, Outcome

T = TypeVar("T")
SHOWN: Final = 20
_SAID: Final = 5


@dataclass(frozen=True, slots=True)
class Checker(Generic[T]):
    """`rule` yields what it finds wrong. `of` is the side it looks at, None where this target does not show it.

    `over` counts what could have been wrong there, in `nouns`: a rule about nothing says nothing.
    """

    rule: Callable[[T], Iterable[object]]
    of: Callable[[Seen], T | None]
    over: Callable[[T], int]
    nouns: str
    proves: tuple[str, ...] = ("B2.3",)
    area: Literal["money", "speed"] = "money"

    @property
    def name(self) -> str:
        return self.rule.__name__.replace("_", " ")

    @property
    def title(self) -> str:
        return f"money: {self.name}" if self.area == "money" else self.name

    def findings(self, seen: Seen) -> list[Finding]:
        """Return one finding, or none if there was nothing to look at."""
        try:
            side = self.of(seen)
            if side is None:
                return [self._finding("unknown", f"this run does not show its {self.nouns}")]
            wrong = [str(each) for each in self.rule(side)]
            looked_at = self.over(side)
        except Exception as error:  # noqa: BLE001 - a crash of a checker says nothing about the money: unknown, never a pass
            return [self._finding("unknown", f"the checker broke: {type(error).__name__}: {error}")]
        if not wrong and not looked_at:
            return []
        detail = f"{len(wrong)} differences" if wrong else f"holds over {looked_at} {self.nouns}"
        return [self._finding("fail" if wrong else "pass", detail, wrong)]

    def _finding(self, outcome: Outcome, detail: str, wrong: Sequence[str] = ()) -> Finding:
        said = "\n".join([detail, *islice(wrong, _SAID)])
        return Finding(self.title, self.area, outcome, said, self.proves, examples=tuple(wrong[:SHOWN]))
