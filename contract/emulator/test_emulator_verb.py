"""`noxfile.py -s emulator`, from a folder of somebody else's: the files are theirs, and it ends as it is told."""

import sys
from pathlib import Path
from signal import SIGTERM
from subprocess import PIPE, Popen

import httpx
import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = [ROOT / ".nox" / name / "lock.sha256" for name in ("tools", "emulator")]

pytestmark = pytest.mark.skipif(
    not all(each.exists() for each in INSTALLED), reason="run `python3 noxfile.py -s emulator -- --version` once before"
)


def test_it_is_of_the_folder_where_the_caller_stands_and_saves_when_it_is_ended(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[clock]\nstart = 2026-01-31T10:00:00Z\nstopped = true\n")
    # Modules that the emulator imports, by names that a project may well have for its own.
    for name in ("stripe.py", "fixtures.py", "types.py"):
        (tmp_path / name).write_text("raise SystemExit('imported the caller\\'s own module')\n")
    options = ("--port", "0", "--scenario", "mine.toml", "--snapshot", "mine.snapshot")
    command = [sys.executable, str(ROOT / "noxfile.py"), "-s", "emulator", "--", *options]

    with Popen(command, cwd=tmp_path, stdout=PIPE, text=True) as verb:
        assert verb.stdout is not None
        url = verb.stdout.readline().split()[-1]
        now = httpx.get(f"{url}/_emulator/clock").json()["now"]
        verb.send_signal(SIGTERM)

    assert now == 1_769_853_600
    assert (tmp_path / "mine.snapshot").stat().st_size > 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
