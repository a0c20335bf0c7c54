"""What a generator's process says to its parent: lines of JSON, one a second while the load is made."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from load.profile import Profile


def second(profile: Profile, elapsed_s: float, counts: Mapping[str, Any], payments_p95_ms: float | None) -> None:
    at = {"pid": os.getpid(), "elapsed_s": round(elapsed_s, 1), "phase": phase_at(profile, elapsed_s)}
    say({"type": "second", **at, **counts, "payments_p95_ms": payments_p95_ms})


def phase_at(profile: Profile, elapsed_s: float) -> str:
    began = 0.0
    for phase in profile.phases:
        began += phase.seconds
        if elapsed_s < began:
            return phase.name
    return "ending"


def say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
