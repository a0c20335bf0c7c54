"""The emulator's guide as its reader meets it: files to save, commands to type, and what is shown of the answers.

A block in a language is a file, named in its first line. A console block holds commands, each with what it prints; "…"
stands for whatever the guide leaves out. A text block is what the program that serves in this section prints.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "stripe-emulator.md"
_SECTION: Final = re.compile(r"^## (.+)\n", re.MULTILINE)
_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED: Final = re.compile(r"(?:#|//) (\S+\.\w+)\n")
_PROMPT: Final = "$ "


@dataclass(frozen=True, slots=True)
class Command:
    """What the reader types, and what the guide shows of its output."""

    typed: str
    shown: str

    def agrees(self, output: str) -> bool:
        return agrees(self.shown, output)


@dataclass(slots=True)
class Section:
    title: str
    commands: list[Command] = field(default_factory=list)
    heard: str = ""
    """What the program that serves prints meanwhile."""


def text() -> str:
    return GUIDE.read_text(encoding="utf-8")


def sections() -> list[Section]:
    """In the order in which they are read."""
    _, *parts = _SECTION.split(text())
    return [_section(title, body) for title, body in zip(parts[::2], parts[1::2], strict=True)]


def titles() -> list[str]:
    return _SECTION.findall(text())


def files() -> dict[str, str]:
    """What the reader saves, by name. Raises ValueError when a block does not say its name."""
    return {name: body for _, name, body in _files()}


def _files() -> Iterator[tuple[str, str, str]]:
    for language, body in _BLOCK.findall(text()):
        if language in ("console", "text"):
            continue
        named = _NAMED.match(body)
        if named is None:
            raise ValueError(f"this block of the guide is no file, so nobody can try it:\n{body}")
        yield language, named[1], body


def _section(title: str, body: str) -> Section:
    section = Section(title)
    for language, block in _BLOCK.findall(body):
        if language == "console":
            section.commands += _commands(block)
        elif language == "text":
            section.heard = block
    return section


def _commands(block: str) -> Iterator[Command]:
    for part in block.removeprefix(_PROMPT).split(f"\n{_PROMPT}"):
        typed, _, shown = part.partition("\n")
        yield Command(typed.strip(), shown)


def agrees(shown: str, output: str) -> bool:
    """Whether a program's output is what the guide shows of it."""
    pattern = ".*".join(map(re.escape, shown.strip().split("…")))
    return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None
