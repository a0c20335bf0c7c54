"""A session's program by a name that its owner recognises.

What a client says of itself proves nothing and decides nothing. It is also a stranger's text that stands in a mail: a
name that is no browser's is one plain word, in which nobody can write an advertisement or an address.
"""

import re

LENGTH_MAX = 200
UNKNOWN = "an unknown program"

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}(?=$|[/ ])")

# Tried in this order: Edge and Opera call themselves Chrome as well, and Chrome calls itself Safari.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def told(header: str) -> str:
    """Return what is kept of a User-Agent header: printable, and no longer than its column."""
    return "".join(letter for letter in header if letter.isprintable())[:LENGTH_MAX]


def device(user_agent: str) -> str:
    """Return `Firefox on Linux`, the program's own first word where it is no browser, or UNKNOWN."""
    program = next((name for mark, name in _PROGRAMS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if program is None:
        word = _WORD.match(user_agent)
        return word.group() if word else UNKNOWN
    return f"{program} on {system}" if system else program
