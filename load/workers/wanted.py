"""Who is to make the load: processes of this machine, and workers that come from elsewhere to an address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

LAST_PORT: Final = 65_535


class WantedError(Exception):
    """No such crew can be; the text names the option, and the way out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    local: int = 1
    elsewhere: int = 0
    address: str | None = None
    wait_s: float = 60.0

    @property
    def all(self) -> int:
        return self.local + self.elsewhere

    @property
    def is_alone(self) -> bool:
        """Whether one process makes all of it, with nobody to lead."""
        return self.all == 1 and self.elsewhere == 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**stored)


ALONE: Final = Wanted()


def wanted(*, processes: int | None, master: str | None, expect_workers: int | None, wait_s: float) -> Wanted:
    """From the options of a run. Raises WantedError."""
    if (master is None) != (expect_workers is None):
        raise WantedError("--master HOST:PORT and --expect-workers N belong together: where they come, and how many")
    if expect_workers is not None and expect_workers < 1:
        raise WantedError(f"--expect-workers {expect_workers} must be 1 or more")
    local = processes if processes is not None else int(master is None)
    if local < int(master is None):
        raise WantedError(f"--processes {local} must be 1 or more")
    if wait_s <= 0:
        raise WantedError(f"--wait-for-workers {wait_s:g} must be above 0 seconds")
    if master is not None:
        address_of(master)
    return Wanted(local, expect_workers or 0, master, wait_s)


def check_people(crew: Wanted, students: int) -> None:
    """Raises WantedError when somebody would have nobody to send."""
    if crew.all > students:
        raise WantedError(f"{crew.all} workers for {students} people: ask for {students} workers at most")


def address_of(text: str) -> tuple[str, int]:
    """Raises WantedError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= LAST_PORT:
        raise WantedError(f"--master {text!r} is no HOST:PORT such as 192.0.2.7:5557")
    return host, int(port)
