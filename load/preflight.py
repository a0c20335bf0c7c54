"""What could stand in the way of a load, named before the first request: limits of this machine and of the system.

A limit that the run cannot do with is refused, with its number and the way out. One that it may meet is named, as is
one that cannot be seen from here: a foreign system shows none of its own.
"""

import math
import resource
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import psutil
import psycopg

from load.machine import name_of
from load.profile import Profile

State = Literal["ok", "tight", "unknown", "refused"]

_SPARE: Final = 200  # descriptors beside those of people
_ARRIVAL_BYTES: Final = 16 * 1024  # of history, snapshot and logs; a short run leaves 3 to 8 KiB
_SECOND_BYTES: Final = 8 * 1024
_COARSE_S: Final = 0.001
_SLOW_CLOCKS: Final = frozenset({"hpet", "acpi_pm", "jiffies", "pit", "refined-jiffies"})
_POOL: Final = "ASSAY_DATABASE_POOL_SIZE"
_PROC: Final = Path("/proc/sys/net")


@dataclass(frozen=True, slots=True)
class Row:
    limit: str
    found: str
    needed: str
    state: State
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.limit}: {self.found}, needed {self.needed}{remedy}"


@dataclass(frozen=True, slots=True)
class Need:
    """What a profile asks of the machines that take part."""

    people: int
    people_each: int  # of one generator process
    history_bytes: int
    lasting_s: float

    @classmethod
    def of(cls, profile: Profile, processes: int = 1) -> "Need":
        arrivals = sum(phase.seconds * (phase.rate(0) + phase.rate(phase.seconds)) / 2 for phase in profile.phases)
        size = math.ceil(arrivals * _ARRIVAL_BYTES + profile.seconds * _SECOND_BYTES)
        return cls(profile.users, math.ceil(profile.users / processes), size, profile.seconds + profile.settle_s)


@dataclass(frozen=True, slots=True)
class Machine:
    """Of the generator. None is what this platform does not show."""

    descriptors: tuple[int, int]  # soft, after it was raised, and hard
    ports: int | None
    free_bytes: int
    clock_step_s: float
    clock_source: str | None


@dataclass(frozen=True, slots=True)
class Served:
    """Of the system. None is what cannot be seen from here."""

    descriptors: int | None = None
    accept_queue: int | None = None
    pool: int | None = None
    connections: tuple[int, int] | None = None  # at most, and in use
    session_s: int | None = None  # how long a log-in is good for


def of_machine(need: Need, seen: Machine) -> list[Row]:
    soft, hard = seen.descriptors
    descriptors = _descriptors(need.people_each)
    return [
        _enough(
            "descriptors of the generator",
            soft,
            descriptors,
            f"raise the hard limit ({hard}; ulimit -Hn, or nofile in limits.conf), or share the people among more "
            "--processes",
        ),
        _enough(
            "ephemeral ports",
            seen.ports,
            math.ceil(1.1 * need.people_each),
            "widen net.ipv4.ip_local_port_range, or make the load from several machines (--master)",
        ),
        _enough(
            "free disk of the run's folder, MiB",
            seen.free_bytes // 2**20,
            math.ceil(need.history_bytes / 2**20),
            "free some of it, or give another --out",
        ),
        _clock(seen),
    ]


def of_system(need: Need, seen: Served) -> list[Row]:
    return [
        _enough(
            "descriptors of the system",
            seen.descriptors,
            _descriptors(need.people),
            "raise nofile for the application's processes (ulimit -n, LimitNOFILE)",
        ),
        _enough(
            "validity of a log-in, s",
            seen.session_s,
            math.ceil(need.lasting_s),
            "shorten the profile's phases: nobody logs in again during a run",
        ),
        _accepted(need, seen.accept_queue),
        _pooled(seen),
    ]


def refusal(rows: Iterable[Row]) -> str | None:
    """Why the run cannot be made; None where it can."""
    refused = [str(row) for row in rows if row.state == "refused"]
    return "; ".join(refused) or None


def doubtful(rows: Iterable[Row]) -> list[str]:
    return [str(row) for row in rows if row.state == "tight"]


def to_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def from_json(stored: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [Row(**each) for each in stored]


def floor_s(profile: Profile) -> float:
    """For how long the generator measures its own floor: enough to be read, and little beside the run."""
    return min(2.0, profile.seconds / 10)


def _descriptors(people: int) -> int:
    """A connection each, a tenth for those that are just being closed, and what a process has open anyway."""
    return math.ceil(1.1 * people) + _SPARE


def _enough(limit: str, found: int | None, needed: int, remedy: str) -> Row:
    if found is None:
        return Row(limit, "not visible from here", str(needed), "unknown", remedy)
    if found < needed:
        return Row(limit, str(found), str(needed), "refused", remedy)
    return Row(limit, str(found), str(needed), "ok")


def _clock(seen: Machine) -> Row:
    found = f"steps of {seen.clock_step_s * 1000:g} ms, source {seen.clock_source or 'not visible'}"
    needed, remedy = f"steps of {_COARSE_S * 1000:g} ms at most", "choose tsc or kvm-clock as the kernel's clock source"
    if seen.clock_step_s > _COARSE_S:
        return Row("time-keeping", found, needed, "refused", remedy)
    if seen.clock_source in _SLOW_CLOCKS:
        return Row("time-keeping", found, needed, "tight", f"{remedy}: each look at this one is a system call")
    return Row("time-keeping", found, needed, "ok")


def _accepted(need: Need, queue: int | None) -> Row:
    """A queue that overflows loses nobody: who is not let in tries again after one second, three, seven."""
    limit = "connections waiting to be accepted"
    remedy = "raise net.core.somaxconn and the server's backlog, or people who come at once wait a second and more"
    if queue is None:
        return Row(limit, "not visible from here", str(need.people), "unknown", remedy)
    if queue < need.people:
        return Row(limit, str(queue), str(need.people), "tight", remedy)
    return Row(limit, str(queue), str(need.people), "ok")


def _pooled(seen: Served) -> Row:
    limit, remedy = "connections of the database", f"raise max_connections, or lower {_POOL}"
    if seen.connections is None:
        return Row(limit, "not visible from here", "the pool's size", "unknown", remedy)
    most, used = seen.connections
    found = f"{most}, {used} in use"
    if seen.pool is None:
        return Row(limit, found, "the pool's size, not stated", "unknown", f"{remedy}; to have it judged, set it")
    if seen.pool > most:
        return Row(limit, found, f"{seen.pool} of the pool", "refused", remedy)
    return Row(limit, found, f"{seen.pool} of the pool", "tight" if seen.pool > most - used else "ok")


def read_machine(need: Need, directory: Path) -> Machine:
    """Raise this process's own soft limit as far as is needed and allowed: those that it starts inherit it."""
    return Machine(
        descriptors=raised_descriptors(2 * _descriptors(need.people)),  # the server of its own floor has its share
        ports=_ports(),
        free_bytes=shutil.disk_usage(directory).free,
        clock_step_s=time.get_clock_info("perf_counter").resolution,
        clock_source=_word(Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")),
    )


def raised_descriptors(needed: int) -> tuple[int, int]:
    """The soft limit as it is afterwards, and the hard one."""
    soft, hard = (_finite(each) for each in resource.getrlimit(resource.RLIMIT_NOFILE))
    if soft < needed and soft < hard:
        soft = min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return soft, hard


def read_system(database_url: str | None, session_s: int) -> Served:
    """Of a system that this process started. A foreign one shows but how long its log-ins are good for."""
    if database_url is None:
        return Served(session_s=session_s)
    limits, pools = [], []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if name_of(process) == "application":
                limits.append(_finite(process.rlimit(psutil.RLIMIT_NOFILE)[0]))
                pools.append(process.environ().get(_POOL))
    return Served(
        descriptors=min(limits, default=None),
        accept_queue=_number(_PROC / "core" / "somaxconn"),
        pool=sum(int(each) for each in pools if each) if pools and all(pools) else None,
        connections=_connections(database_url),
        session_s=session_s,
    )


def _finite(limit: int) -> int:
    """No limit at all is a very high one."""
    return 2**31 if limit == resource.RLIM_INFINITY else limit


def _ports() -> int | None:
    with suppress(OSError, ValueError):
        first, last = (_PROC / "ipv4" / "ip_local_port_range").read_text(encoding="ascii").split()
        return int(last) - int(first) + 1
    return None


def _number(path: Path) -> int | None:
    found = _word(path)
    return int(found) if found and found.isdecimal() else None


def _word(path: Path) -> str | None:
    with suppress(OSError):
        return path.read_text(encoding="ascii").strip()
    return None


def _connections(url: str) -> tuple[int, int] | None:
    with suppress(psycopg.Error), psycopg.connect(url, connect_timeout=2) as connection:
        row = connection.execute(
            "SELECT current_setting('max_connections')::int, count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"
        ).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))
    return None
