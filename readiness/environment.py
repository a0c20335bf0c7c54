"""Facts of a run that help to repeat it: revision, versions, the machine's size. No names, users or paths."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

import psutil

PACKAGES = ("fastapi", "psycopg", "stripe", "pytest", "hypothesis", "schemathesis", "playwright", "locust")
GIGABYTE = 1024**3


def facts() -> dict[str, str]:
    """Label to value, in reading order."""
    return {
        "Commit": _commit(),
        "Python": platform.python_version(),
        "Operating system": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Processor": _processor(),
        "Memory": f"{psutil.virtual_memory().total / GIGABYTE:.1f} GiB",
        **{name: _version(name) for name in PACKAGES},
    }


def _commit() -> str:
    revision = _git("rev-parse", "HEAD")
    if not revision:
        return "not in a repository"
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return revision[:12] + (" with uncommitted changes" if changed else "")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 - git is found as the person at the terminal finds it
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return f"{cores} cores" + (f", {model}" if model else "")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
