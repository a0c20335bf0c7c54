"""The command of a load run: what is asked for is checked here, before anything starts.

Exit codes: 0 PASS, 2 FAIL (a limit broken, or wrong money), 3 the harness broke, was ended, or was asked for something
impossible, 4 INVALID (the generator cannot be trusted), 5 INCONCLUSIVE.
"""

import argparse
import ipaddress
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fixtures.ports import is_free
from load.findings import EXIT_CODES
from load.parser import Parser
from load.profile import Profile, ProfileError, load
from load.rendering import Render
from load.users import NAMES
from load.workers.wanted import ALONE, LAST_PORT, Wanted, WantedError, check_people, wanted

REPORTS: Final = Path("reports/load")
UI_PORT: Final = 8089
"""Where Locust's page is by habit."""


class RefusedError(Exception):
    """The run was not begun; the text says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Target:
    """A system that runs already. Without one, the run starts its own."""

    url: str
    auditor_email: str
    auditor_password: str


@dataclass(frozen=True, slots=True)
class Order:
    profile: Profile
    target: Target | None
    seed: int
    out: Path
    evidence: Path | None
    defect: Path | None
    crew: Wanted = ALONE
    ui_port: int | None = None


def ordered(arguments: Sequence[str]) -> Order:
    """Raises RefusedError, WantedError with the option and ProfileError with the key that is wrong."""
    given = _parser().parse_args(arguments)
    profile = load(given.profile, NAMES)
    if given.scale is not None:
        profile = profile.scaled(given.scale)
    crew = wanted(
        processes=given.processes,
        master=given.master,
        expect_workers=given.expect_workers,
        wait_s=given.wait_for_workers,
    )
    check_people(crew, profile.users)
    if profile.nemesis and given.target:
        raise RefusedError(
            f"{profile.name} breaks the system that it loads: it runs without --target, on one of its own"
        )
    return Order(
        profile=profile,
        target=_target(given),
        seed=given.seed,
        out=given.out or REPORTS / profile.name,
        evidence=given.evidence,
        defect=given.bench_defect,
        crew=crew,
        ui_port=_ui_port(given.ui, crew),
    )


def _ui_port(port: int | None, crew: Wanted) -> int | None:
    """Raises RefusedError where the page could not be shown, or would show a part of the run as if it were all."""
    if port is None:
        return None
    if not crew.is_alone:
        raise RefusedError("--ui shows the requests of one process: leave it out, or --processes and --master")
    if not 0 < port <= LAST_PORT or not is_free(port):
        raise RefusedError(f"--ui {port}: no port that is free on this machine; give another one")
    return port


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    run = parser.add_subparsers(required=True, metavar="run", parser_class=Parser).add_parser("run")
    run.add_argument("--profile", default="smoke", help="a name in load/profiles, or the path of a .toml file")
    run.add_argument("--target", metavar="URL", help="a system that runs already; without it, one is started")
    run.add_argument("--i-own-this-target", action="store_true", help="needed when the target is not this machine")
    run.add_argument("--auditor-email", help="with --target: who reads the books afterwards")
    run.add_argument("--auditor-password-file", type=Path, metavar="FILE", help="with --target: holds that password")
    run.add_argument("--seed", type=int, default=1, help="of the plan of arrivals; the same seed gives the same plan")
    run.add_argument("--scale", type=float, metavar="F", help="F times the people and arrivals; the report says so")
    run.add_argument("--out", type=Path, metavar="DIR", help="the folder of the run (reports/load/<profile>)")
    run.add_argument("--render", action=Render, metavar="DIR", help="no run: make the page of this folder again")
    run.add_argument("--evidence", type=Path, metavar="FILE", help="lines for the verdict on the whole are added here")
    run.add_argument(
        "--bench-defect", type=Path, metavar="FILE", help="plant this defect into the system that is started"
    )
    run.add_argument(
        "--ui",
        type=int,
        nargs="?",
        const=UI_PORT,
        metavar="PORT",
        help=f"Locust's own page at this port of loopback ({UI_PORT}), while the load is made; it judges nothing",
    )
    _add_crew(run)
    return parser


def _add_crew(run: argparse.ArgumentParser) -> None:
    crew = run.add_argument_group("who makes the load (docs/guides/workers.md)")
    crew.add_argument("--processes", type=int, metavar="N", help="of this machine; 1, and none with --master")
    crew.add_argument("--master", metavar="HOST:PORT", help="listen there for python -m load worker of other machines")
    crew.add_argument("--expect-workers", type=int, metavar="N", help="with --master: how many come")
    crew.add_argument(
        "--wait-for-workers", type=float, default=ALONE.wait_s, metavar="S", help="seconds in which all must have come"
    )


def _target(given: argparse.Namespace) -> Target | None:
    if given.target is None:
        return None
    check_address(given.target, owned=given.i_own_this_target)
    if given.auditor_email is None or given.auditor_password_file is None:
        raise RefusedError("--target needs --auditor-email and --auditor-password-file: somebody has to read the books")
    try:
        password = given.auditor_password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise RefusedError(f"the auditor's password cannot be read: {error}") from None
    if not password:
        raise RefusedError(f"--auditor-password-file {given.auditor_password_file} is empty: write the password there")
    return Target(given.target.rstrip("/"), given.auditor_email, password)


def check_address(url: str, *, owned: bool) -> None:
    """Load on somebody else's machine is an attack. Raises RefusedError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RefusedError(f"--target {url!r} is no http(s) address such as http://127.0.0.1:8000")
    if not owned and not _is_loopback(parts.hostname):
        raise RefusedError(f"{parts.hostname} is not this machine: say --i-own-this-target if you may load it")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def ordered_or_exit(arguments: Sequence[str]) -> Order:
    try:
        return ordered(arguments)
    except (ProfileError, RefusedError, WantedError) as error:
        print(f"load: {error}", file=sys.stderr)  # noqa: T201 - the command's own words
        sys.exit(EXIT_CODES["BROKEN"])
