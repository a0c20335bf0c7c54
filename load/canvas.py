"""What all pictures of a report are drawn on: a field with an axis to the right and one upwards, as SVG."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 640
LEFT: Final = 70
RIGHT: Final = WIDTH - 28
_BOTTOM: Final = 34
_LETTER: Final = 6  # how wide one is, roughly
_ROW: Final = 13  # how high a line of them is


@dataclass(frozen=True, slots=True)
class Canvas:
    """Places are shares of the field, from 0 at the left or below to 1; coordinates are the SVG's own."""

    height: int = 260
    top: int = 14

    @property
    def bottom(self) -> int:
        return self.height - _BOTTOM

    def x(self, share: float) -> float:
        return LEFT + share * (RIGHT - LEFT)

    def y(self, share: float) -> float:
        return self.bottom - share * (self.bottom - self.top)

    def upright(self, at: float, label: str) -> str:
        """A line of the grid that stands at a place to the right."""
        text = f"<text x={at:.1f} y={self.height - 16} text-anchor=middle>{label}</text>"
        return f"<line class=grid x1={at:.1f} x2={at:.1f} y1={self.top} y2={self.bottom} />{text}"

    def level(self, at: float, label: str) -> str:
        """A line of the grid that lies at a height."""
        text = f"<text x={LEFT - 6} y={at + 4:.1f} text-anchor=end>{label}</text>"
        return f"<line class=grid x1={LEFT} x2={RIGHT} y1={at:.1f} y2={at:.1f} />{text}"

    def limit(self, at: float, name: str) -> str:
        """A height that is not to be passed, or that cannot be."""
        label = f"<text class=limit x={RIGHT - 2} y={at - 4:.1f} text-anchor=end>{escape(name)}</text>"
        return f"<line class=limit x1={LEFT} x2={RIGHT} y1={at:.1f} y2={at:.1f} />{label}"

    def band(self, left: float, right: float, name: str, told: str, *, css: str, row: int = 0, rows: int = 1) -> str:
        """A stretch of the way to the right, named above the field where there is room, and always to a pointer.

        Neighbours whose names would touch are named in rows by turns.
        """
        area = f"<rect class='band {css}' x={left:.1f} y={self.top} width={right - left:.1f}"
        at = self.top - 4 - _ROW * row
        shown = f"<text x={(left + right) / 2:.1f} y={at} text-anchor=middle>{escape(name)}</text>"
        room = has_room(name, rows * (right - left))
        return f"{area} height={self.bottom - self.top}><title>{escape(told)}</title></rect>{shown if room else ''}"

    def figure(self, title: str, inside: Iterable[str]) -> str:
        opening = f"<svg viewBox='0 0 {WIDTH} {self.height}' role=img aria-label='{escape(title)}' class=chart>"
        return f"<figure tabindex=0>{opening}{''.join(inside)}</svg><figcaption>{escape(title)}</figcaption></figure>"


def has_room(name: str, width: float) -> bool:
    return len(name) * _LETTER <= width
