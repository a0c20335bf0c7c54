"""A command line whose misuse is no verdict."""

import argparse
import sys
from typing import NoReturn

from load.findings import EXIT_CODES


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """2, which argparse would end with, is a verdict."""
        self.print_usage(sys.stderr)
        self.exit(EXIT_CODES["BROKEN"], f"load: {message}\n")
