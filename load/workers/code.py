"""What a worker and its lead must have in common: the same seed makes the same plan only by the same code."""

import hashlib
import sys
from pathlib import Path
from typing import Final

import locust

_ROOT: Final = Path(__file__).parents[2]
_SHARED: Final = (
    "load/*.py",
    "load/users/*.py",
    "load/workers/*.py",
    "fixtures/client/**/*.py",
    "fixtures/builders/*.py",
)


def digest() -> str:
    found = hashlib.sha256(f"{sys.version_info[:2]} {locust.__version__}".encode())
    for path in sorted(path for pattern in _SHARED for path in _ROOT.glob(pattern)):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
