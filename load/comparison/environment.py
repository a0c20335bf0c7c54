"""What a run was made on and with. Figures of different machines, or of different loads, are never compared."""

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import psutil

_CPUINFO: Final = Path("/proc/cpuinfo")

Fingerprint = Mapping[str, Any]


def of_this_machine() -> dict[str, Any]:
    return {
        "architecture": platform.machine(),
        "cpu": _cpu(),
        "cores": psutil.cpu_count(),
        "memory_gib": psutil.virtual_memory().total // 2**30,
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def _cpu() -> str:
    """Where Linux does not say it, what Python knows."""
    lines = _CPUINFO.read_text(encoding="utf-8").splitlines() if _CPUINFO.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def fingerprint(run: Mapping[str, Any]) -> dict[str, Any]:
    """From a stored run.json; limits are left out, since they change nothing about what was measured."""
    profile, environment = run["profile"], run.get("environment", {})
    machine = {f"machine.{name}": environment.get(name) for name in of_this_machine()}
    load = {f"profile.{name}": profile[name] for name in ("name", "scale", "users", "phases", "mix")}
    return machine | load | {"own_system": run["own_system"]}


def differences(fingerprints: Sequence[Fingerprint]) -> list[str]:
    """Each field that is not the same everywhere, and each that somebody does not know."""
    first = fingerprints[0]
    found = []
    for name in first:
        values = [each.get(name) for each in fingerprints]
        if None in values:
            found.append(f"{name} is not known of every run")
        elif any(value != values[0] for value in values):
            other = next(value for value in values if value != values[0])
            found.append(f"{name} differs: {values[0]!r} and {other!r}")
    return found
