import sys
from collections.abc import Callable, Sequence
from typing import Final

from load.comparison.abba import abba
from load.comparison.commands import baseline, compare
from load.run import main
from load.workers.command import worker

COMMANDS: Final[dict[str, Callable[[Sequence[str]], int]]] = {
    "compare": compare,
    "baseline": baseline,
    "abba": abba,
    "worker": worker,
}

if __name__ == "__main__":
    chosen = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    sys.exit(chosen(sys.argv[2:]) if chosen else main(sys.argv[1:]))
