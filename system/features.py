"""`python -m system features`: which routes are guarded, and by what."""

from system.accounts.access import Access, decisions
from system.app import create_app
from system.kit.clock import Clock
from system.settings import Settings

_HEAD = ("METHOD", "PATH", "OPENS BY")


def print_features(settings: Settings, clock: Clock) -> int:
    """Print a line for each guarded route; nothing is asked of the database."""
    for line in table(decisions(create_app(settings, clock))):
        print(line)  # noqa: T201 - a command prints
    return 0


def table(decided: list[Access]) -> list[str]:
    """Lay out the guarded routes in columns, by what opens them."""
    rows = sorted((each.method, each.path, _opens_by(each)) for each in decided if each.feature or each.course)
    lines = [_HEAD, *sorted(rows, key=lambda row: row[2])]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _opens_by(access: Access) -> str:
    course = ["the course: bought, covered by the plan, or free"] if access.course else []
    return " and ".join(([access.feature] if access.feature else []) + course)
