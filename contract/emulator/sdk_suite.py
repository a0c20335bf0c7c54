"""Stripe's own SDK tests, taken from the source distribution of the pinned stripe package, run against a server.

A pass means that the SDK sent what it means to send and that the server answered 2xx JSON of a kind the SDK accepts.
It says nothing about behaviour; that is what the other modules of this suite are for.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

REQUIREMENT: Final = "stripe==16.1.0"
SDIST_NAME: Final = "stripe-16.1.0.tar.gz"
SDIST_SHA256: Final = "21e72b6779b8cff337ca8d2b8d30138f2d68f6a8d739701076f06a418ad75b8c"
DOWNLOAD_TIMEOUT_S: Final = 180
RUN_TIMEOUT_S: Final = 300
# The sync tests that leave the process; the others are stubbed inside it and prove nothing about a server.
SELECTION: Final = "not async and not service"
# First words of a path that hold several families.
_NAMESPACES: Final = frozenset(
    (
        *("apps", "billing_portal", "checkout", "financial_connections", "identity", "issuing", "radar"),
        *("reporting", "sigma", "tax", "terminal", "test_helpers", "treasury"),
    )
)


class SuiteUnavailableError(RuntimeError):
    """The SDK's tests could not be had or run, so nothing is known about the server."""


@dataclass(frozen=True, slots=True)
class Count:
    passed: int
    total: int

    def __str__(self) -> str:
        return f"{self.passed}/{self.total}"


def source(cache: Path) -> Path:
    """The unpacked source distribution below `cache`; the network is needed the first time only.

    Raises SuiteUnavailableError when it cannot be had or is not the pinned one.
    """
    archive = cache / SDIST_NAME
    if not archive.exists():
        _download(cache)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SDIST_SHA256:
        raise SuiteUnavailableError(f"{archive} has SHA-256 {digest}, not the pinned {SDIST_SHA256}: delete it.")
    unpacked = cache / SDIST_NAME.removesuffix(".tar.gz")
    if not unpacked.exists():
        _unpack(archive, unpacked)
    return unpacked


def run(root: Path, server_url: str, junit: Path) -> None:
    """Runs the tests against the server; afterwards `junit` is there, and whole.

    Raises SuiteUnavailableError when they did not run.
    """
    host, port = urlsplit(server_url).hostname, urlsplit(server_url).port
    written = junit.with_suffix(".part")
    argv = [
        *(sys.executable, "-m", "pytest", "tests/test_generated_examples.py", "-k", SELECTION),
        # One process, because the emulator is one; no tracebacks, because they cost minutes where much fails.
        *("-n", "0", "-q", "--tb=no", "-p", "no:cacheprovider", "--junitxml", str(written)),
    ]
    environment = os.environ | {"STRIPE_MOCK_HOST": str(host), "STRIPE_MOCK_PORT": str(port)}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        argv, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=RUN_TIMEOUT_S
    )
    # 0 is all passed and 1 is some failed; anything else means that the tests did not run.
    if done.returncode not in (0, 1) or not written.exists():
        raise SuiteUnavailableError(
            f"Stripe's tests did not run (exit code {done.returncode}):\n{_tail(done.stdout + done.stderr)}"
        )
    written.rename(junit)


def family_of_tests(root: Path) -> dict[str, str]:
    """Test name to family, by the address that the test itself expects to be called."""
    text = (root / "tests" / "test_generated_examples.py").read_text()
    return dict(_families(text))


def calls_by_family(root: Path) -> dict[str, set[tuple[str, str]]]:
    """What the tests that leave the process call, as method and path, by family."""
    text = (root / "tests" / "test_generated_examples.py").read_text()
    calls: dict[str, set[tuple[str, str]]] = {}
    for test in re.split(r"\n    def ", text)[1:]:
        asked = re.search(r'assert_requested\(\s*"(\w+)",\s*path="(/v\d/([^"]+))"', test)
        if asked and "_service" not in test.partition("(")[0]:
            calls.setdefault(_family(asked[3]), set()).add((asked[1].upper(), asked[2]))
    return calls


def count_by_family(junit: str, families: Mapping[str, str]) -> dict[str, Count]:
    """A test that was skipped or errored is in the total and has not passed."""
    counts: dict[str, Count] = {}
    for case in ET.fromstring(junit).iter("testcase"):  # noqa: S314  written by our own subprocess
        family = families[case.attrib["name"]]
        before = counts.get(family, Count(0, 0))
        counts[family] = Count(before.passed + (len(case) == 0), before.total + 1)
    return dict(sorted(counts.items()))


def differences(counts: Mapping[str, Count], baseline: Mapping[str, int]) -> list[str]:
    """What separates a run from the committed passes by family; more is a difference too, or the gain could be lost.

    A family that is not in the baseline is one that the server does not serve yet.
    """
    lines = []
    for family in sorted(counts.keys() | baseline.keys()):
        now, before = counts.get(family, Count(0, 0)), baseline.get(family, 0)
        if now.passed < before:
            lines.append(f"{family} passes {now}, below its baseline of {before}")
        elif now.passed > before:
            lines.append(f'{family} passes {now}: raise the baseline to "{family}" = {now.passed}')
    return lines


def table(counts: Mapping[str, Count]) -> str:
    width = max(map(len, counts))
    total = Count(sum(count.passed for count in counts.values()), sum(count.total for count in counts.values()))
    lines = [f"{family:<{width}}  {count!s:>8}" for family, count in counts.items()]
    return "\n".join([*lines, f"{'all':<{width}}  {total!s:>8}"])


def _families(text: str) -> Iterator[tuple[str, str]]:
    for test in re.split(r"\n    (?:async )?def ", text)[1:]:
        name = test.partition("(")[0]
        path = re.search(r'path="/v\d/([^"]+)"', test)
        if path:
            yield name, _family(path[1])


def _family(path: str) -> str:
    """`checkout/sessions/cs_x` is of `checkout.sessions`, `customers/cus_x/sources` is of `customers`."""
    words = [word for word in path.split("/") if not re.search(r"_x+$|\d|_xyz$", word)]
    return ".".join(words[: 2 if words[0] in _NAMESPACES else 1])


def _download(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    requirement = cache / "requirement.txt"
    requirement.write_text(f"{REQUIREMENT} --hash=sha256:{SDIST_SHA256}\n")
    argv = [
        *(
            _python_with_pip(),
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--no-binary",
            ":all:",
            "--quiet",
            "--retries",
            "1",
        ),
        *("--disable-pip-version-check", "--require-hashes", "--dest", str(cache), "--requirement", str(requirement)),
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=DOWNLOAD_TIMEOUT_S)
    if done.returncode != 0:
        raise SuiteUnavailableError(
            f"{SDIST_NAME} is not in {cache} and could not be fetched. "
            f"Connect to the package index once, or put the file there.\n{_tail(done.stderr)}"
        )


def _python_with_pip() -> str:
    """The environment of this run may have no pip; the interpreter that it was made from has."""
    for python in (sys.executable, str(Path(sys.base_prefix) / "bin" / "python3"), "python3"):
        probe = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)
        if probe.returncode == 0:
            return python
    raise SuiteUnavailableError("No pip was found to fetch Stripe's tests with: install python3-pip.")


def _unpack(archive: Path, target: Path) -> None:
    # Unpacked beside and renamed, so that an interrupted run leaves no half tree that a later one takes for whole.
    staging = target.with_name(f"{target.name}.{os.getpid()}")
    with tarfile.open(archive) as tar:
        tar.extractall(staging, filter="data")
    # Another run may have been faster; its tree is the same.
    with contextlib.suppress(OSError):
        (staging / target.name).rename(target)
    shutil.rmtree(staging)
    assert target.exists(), f"{archive} could not be unpacked to {target}."


def _tail(text: str, lines: int = 20) -> str:
    return "\n".join(text.splitlines()[-lines:])
