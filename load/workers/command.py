"""Come to a run that is led on another machine, and make a share of its load: the code and the profile are the lead's.

The lead says what target is loaded. Whoever starts a worker lends it this machine, and trusts the lead with that.
"""

import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from load.findings import EXIT_CODES
from load.parser import Parser
from load.preflight import raised_descriptors
from load.workers.wanted import WantedError, address_of

_DESCRIPTORS: Final = 65_536  # or as many as this machine allows: how many people come, it learns only later


def worker(arguments: Sequence[str]) -> NoReturn:
    """Become the worker: Locust has to be the first that its process imports."""
    parser = Parser(prog="python -m load worker", description=__doc__)
    parser.add_argument(
        "--master", required=True, metavar="HOST:PORT", help="the --master of the run, as reached from here"
    )
    given = parser.parse_args(arguments)
    try:
        address_of(given.master)
    except WantedError as error:
        print(f"load: {error}", file=sys.stderr)  # noqa: T201 - the command's own words
        sys.exit(EXIT_CODES["BROKEN"])
    raised_descriptors(_DESCRIPTORS)
    os.execv(sys.executable, [sys.executable, "-m", "load.workers.worker", "--master", given.master])  # noqa: S606 - no shell is meant
