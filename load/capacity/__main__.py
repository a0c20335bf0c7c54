"""The capacity that a run's folder shows: `python -m load.capacity DIR`, offline.

It judges the run again, writes capacity.json beside its other files, and ends with 0 when the capacity is known, 4 when
the generator or other work may have been the limit, 5 when it was not reached or is in doubt, 3 without a whole run.
"""

import sys
from pathlib import Path

from load.capacity.found import of_run, text
from load.findings import EXIT_CODES
from load.judge import UnjudgeableError, judge
from load.parser import Parser


def main() -> int:
    parser = Parser(prog="python -m load.capacity", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="the folder of a run")
    directory = parser.parse_args().directory
    try:
        trust = judge(directory)["trust"]
    except UnjudgeableError as error:
        print(f"load: {error}", file=sys.stderr)
        return EXIT_CODES["BROKEN"]
    found = of_run(directory, trust)
    print(text(found))
    return int(found["exit_code"])


if __name__ == "__main__":
    sys.exit(main())
