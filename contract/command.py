"""The system's commands, run as an operator runs them: `python -m system …` with nothing but the given environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
TIMEOUT_S: Final = 60

COMPLETE: Final[Mapping[str, str]] = {
    "ASSAY_ENVIRONMENT": "development",
    "ASSAY_PUBLIC_URL": "http://127.0.0.1:8000",
    "ASSAY_SECRET_KEY": "k7Qm" * 12,
    "ASSAY_DATABASE_URL": "postgresql://assay@127.0.0.1:5432/assay",
    "ASSAY_STRIPE_API_KEY": "sk_test_" + "a1" * 12,
    "ASSAY_STRIPE_WEBHOOK_SECRET": "whsec_" + "b2" * 16,
    "ASSAY_SMTP_URL": "smtp://127.0.0.1:2525",
    "ASSAY_MAIL_FROM": "receipts@assay.example.com",
}
"""An environment in which nothing is wrong; the addresses lead nowhere."""


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    output: str


def run_system(*arguments: str, settings: Mapping[str, str]) -> Ran:
    """Run one command to its end. Settings of the caller's own environment do not reach it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    done = subprocess.run(
        [sys.executable, "-m", "system", *arguments],
        check=False,
        cwd=ROOT,
        env={**inherited, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
    )
    return Ran(done.returncode, done.stdout)
