"""A generator whose processor is taken away, really, in the middle of the whole command."""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from load import folder
from load.tests.toys import Underway, asked, toy_server, underway

STOPPED_S: Final = 0.25
RUNNING_S: Final = 0.1


def test_a_generator_without_its_processor_is_invalid_and_says_why(tmp_path: Path) -> None:
    """It sleeps 20 ms at a time, so that one sleep in six or so ends a quarter of a second late."""
    out = tmp_path / "out"
    with toy_server("stalls", "1000", "0") as toy, underway(asked(toy.url, tmp_path, seconds=4), out) as run:
        throttle(run)
        code, said = run.ended()
    result = folder.read(out / folder.RESULT)
    assert (code, result["verdict"]) == (4, "INVALID"), said
    lag = result["generator"]["hub_lag_p99_ms"]
    assert 900 * STOPPED_S < lag < 4000 * STOPPED_S
    assert f"its loop lagged {lag:.0f} ms at p99" in result["trust"]["reasons"][0]
    assert not result["trust"]["undelivered"], "nothing of this may be held against the system"
    assert "INVALID" in (out / folder.REPORT).read_text(encoding="utf-8")


def throttle(run: Underway) -> None:
    """Stop the generator and let it go on, in turns, until it has ended."""
    pid = json.loads((run.out / folder.SECONDS).read_text(encoding="utf-8").splitlines()[0])["pid"]
    (generator,) = [each for each in run.children if each.pid == pid]
    with suppress(psutil.NoSuchProcess):
        while generator.status() != psutil.STATUS_ZOMBIE:
            generator.suspend()
            time.sleep(STOPPED_S)
            generator.resume()
            time.sleep(RUNNING_S)
