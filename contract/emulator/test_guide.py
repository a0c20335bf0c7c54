"""The emulator's guide does what it says: every program and command of it, and what they print."""

import json
import re
import shutil
from pathlib import Path

import pytest
import stripe

from contract.emulator import guide
from contract.emulator.guide import Section
from contract.emulator.reader import reader
from contract.emulator.two_clients import NODE_FOLDER
from fixtures import node
from fixtures.node import NodeUnavailableError

SECTIONS = [section for section in guide.sections() if section.commands]
TWICE = "The same run twice"

pytestmark = [
    pytest.mark.proves("C1.9"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="the guide's commands need curl"),
]


def titled(title: str) -> Section:
    return next(section for section in SECTIONS if section.title == title)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_every_command_prints_what_is_shown_of_it(section: Section, tmp_path: Path) -> None:
    with reader(tmp_path / "project", section) as typing:
        printed = typing.walk(section)

    wrong = [f"{command.typed}\n{output}" for command, output in printed if not command.agrees(output)]
    assert not wrong, "\n".join(wrong)


def test_the_same_run_is_the_same_twice(tmp_path: Path) -> None:
    section, digests = titled(TWICE), []
    for run in ("first", "second"):
        with reader(tmp_path / run, section) as typing:
            digests.append(typing.type("python twice.py"))

    assert digests[0] == digests[1]


def test_node_pays_too(tmp_path: Path) -> None:
    try:
        binary, packages = node.binary(), node.packages(NODE_FOLDER)
    except NodeUnavailableError as missing:
        pytest.skip(f"nothing is known of the client for Node: {missing}")
    section = SECTIONS[0]
    command = next(each for each in section.commands if each.typed.startswith("node "))
    with reader(tmp_path / "project", section) as typing:
        (tmp_path / "project" / "node_modules").symlink_to(packages)
        typing.provide("node", binary)
        printed = typing.type(command.typed)

    assert command.agrees(printed), printed


def test_every_link_leads_somewhere() -> None:
    titles = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in guide.titles()}
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", guide.text())
    lost = [link for link in links if not (link[1:] in titles or (guide.GUIDE.parent / link).exists())]

    assert len(links) > 10
    assert lost == []


def test_every_file_is_used() -> None:
    typed = " ".join(command.typed for section in SECTIONS for command in section.commands)
    unused = [name for name in guide.files() if name not in typed]

    # pytest finds these two by their names.
    assert unused == ["conftest.py", "test_shop.py"]


def test_the_clients_are_those_that_are_tested() -> None:
    pinned = json.loads((NODE_FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]["stripe"]
    text = guide.text()

    assert f"pip install stripe=={stripe.VERSION}" in text
    assert f"npm install stripe@{pinned}" in text
    assert f"stripe-python {stripe.VERSION} and stripe-node {pinned}" in text
    assert f"API `{stripe.api_version}`" in text


@pytest.mark.parametrize(
    ("shown", "printed", "agrees"),
    [
        ("pi_… succeeded", "pi_1 succeeded\n", True),
        ("pi_… succeeded", "pi_1 failed\n", False),
        ("a.c", "abc", False),
        ("{…}", '{"a":\n1}', True),
        ("", "something", False),
    ],
)
def test_only_what_is_left_out_may_differ(shown: str, printed: str, agrees: bool) -> None:  # noqa: FBT001 - a row
    assert guide.agrees(shown, printed) is agrees
