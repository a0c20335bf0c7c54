"""Every verb of the project, one session each; options live in pyproject.toml.

`python3 noxfile.py -s prove` needs nothing but Python 3.11 and pip: run as a script, this file fetches a pinned nox for
itself. With nox installed, `nox -s prove` does the same.
"""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".nox" / "tools"
AT_ONCE = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
"""Three files at a time for two cores, since tests wait a third of theirs; in the order of pyproject.toml."""


def _install(into: Path, lock: Path, python: Path, *options: str) -> None:
    """Install a lock's packages, each held to its hash; without network when this very lock is installed."""
    digest, seen = hashlib.sha256(lock.read_bytes()).hexdigest(), into / "lock.sha256"
    if seen.is_file() and seen.read_text() == digest:
        return
    packages = sum(line[:1].isalnum() for line in lock.read_text().splitlines())
    print(f"Installing {packages} packages of {lock.relative_to(ROOT)} (once) …", flush=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location", "--root-user-action=ignore"]
    command = [str(python), "-m", "pip", "install", *quiet, *options, "--no-deps", "--require-hashes", "-r", str(lock)]
    subprocess.run(command, check=True)
    seen.write_text(digest)


if __name__ == "__main__":
    _install(TOOLS, ROOT / "requirements-nox.lock", Path(sys.executable), "--target", str(TOOLS), "--upgrade")
    sys.path.insert(0, str(TOOLS))

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "none"
nox.options.error_on_external_run = False
nox.options.sessions = ["lint", "types", "imports", "unit"]


def environment(name: str, lock: Path) -> Path:
    """The interpreter of an environment with the packages of a lock; made, or brought up to date, where it must be."""
    home = ROOT / ".nox" / name
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        import virtualenv  # noqa: PLC0415 - comes with nox; unlike venv it needs no ensurepip, which Debian splits off

        virtualenv.cli_run([str(home), "--quiet"])
    _install(home, lock, python)
    return python


def run(session: nox.Session, *arguments: str, browser: bool = False) -> None:
    """Run Python in the one environment that all sessions share, but for the emulator's."""
    python = environment("assay", ROOT / "requirements.lock")
    if browser:
        session.run(str(python), "-m", "fixtures.browser", "--ensure", external=True, silent=True)
    finish(session, python, *arguments)


def finish(session: nox.Session, python: Path, *arguments: str, folder: str | Path = ROOT, **variables: str) -> None:
    """Run Python to its end, however this process is told to end: it may have something to save or to clear away.

    The exit code is the command's own (nox itself would turn every failure into 1): 2 is a verdict, 3 a broken harness.
    """
    session.log("python %s", " ".join(arguments))
    with subprocess.Popen([python, *arguments], cwd=folder, env=os.environ | variables) as child:
        # Ctrl-C reaches the child too; it alone decides what becomes of it.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        code = child.wait()
    if code:
        sys.exit(code)


@nox.session
def serve(session: nox.Session) -> None:
    """Bring everything up with demo data and print the addresses and logins; Ctrl-C ends it."""
    run(session, "-m", "fixtures.bench", *session.posargs)


@nox.session
def prove(session: nox.Session) -> None:
    """Run every suite and judge every requirement (-- --scope payments). Exit 0 GO, 2 NO-GO, 3 harness failure."""
    run(session, "-m", "readiness", "prove", *session.posargs, browser=True)


@nox.session
def emulator(session: nox.Session) -> None:
    """Run the Stripe emulator alone, for a project of yours (-- --port 12111 --seed 1; -- --help for more)."""
    python = environment("emulator", ROOT / "fixtures" / "stripe" / "requirements.lock")
    # Its files are named from where the caller stands, whose own modules it must not import (-P).
    command = ("-P", "-m", "fixtures.stripe", *session.posargs)
    finish(session, python, *command, folder=session.invoked_from, PYTHONPATH=str(ROOT))


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests: unit, contract, security, load self-tests and browser journeys."""
    run(session, "-m", "pytest", *AT_ONCE, *session.posargs, browser=True)


@nox.session
def defects(session: nox.Session) -> None:
    """Plant each known defect and show which check catches it (-- --blind: the whole quick proof against each)."""
    run(session, "-m", "readiness", "defects", *session.posargs, browser=True)


@nox.session
def coverage(session: nox.Session) -> None:
    """Measure which branches of the system its tests take, by slice; exit 2 below readiness/coverage.toml."""
    run(session, "-m", "readiness", "coverage", "--", *AT_ONCE, *session.posargs, browser=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    run(session, "-m", "ruff", "check")
    run(session, "-m", "ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    run(session, "-m", "mypy", *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """Check who may import whom."""
    run(session, "-c", "import sys, importlinter.cli; sys.exit(importlinter.cli.lint_imports())")


@nox.session
def unit(session: nox.Session) -> None:
    """Run the pure rules' tests and the harness's own."""
    run(session, "-m", "pytest", "system/tests", "fixtures", "readiness", *session.posargs)


@nox.session
def contract(session: nox.Session) -> None:
    """Hold the API to its contract, and the emulator to Stripe's own SDK tests."""
    run(session, "-m", "pytest", "contract", "--interleavings=500", *session.posargs)


@nox.session
def e2e(session: nox.Session) -> None:
    """Walk the journeys in a real browser (-- --headed to watch; traces and screenshots of failures are kept)."""
    run(session, "-m", "pytest", "e2e", *session.posargs, browser=True)


@nox.session
def load(session: nox.Session) -> None:
    """Run a load profile and check the money afterwards (-- --profile smoke | baseline)."""
    run(session, "-m", "load", "run", *session.posargs)


@nox.session
def security(session: nox.Session) -> None:
    """Forge webhooks, take other people's objects, try every role on every route."""
    run(session, "-m", "pytest", "security", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the costs that the documents quote, as ratios within one run."""
    run(session, "-m", "load.bench", *session.posargs)


if __name__ == "__main__":
    sys.argv[1:1] = ["--noxfile", __file__]  # and stay where the caller stands
    nox.main()
