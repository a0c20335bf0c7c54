"""A payment processor that errs, stalls, or does what was asked and does not say so; and the events that it sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, get_args

from fixtures.bench import Bench
from fixtures.emulator import DeliveryFaultKind, Fault, FaultKind
from load.nemesis.bite import Bite, Burning

_SHARE: Final = 0.4
"""Of the calls, so that some of a payment's calls get through and others do not."""
_SLOW_S: Final = 2.0
_LATE_S: Final = 3.0
_STALE_S: Final = 3600.0
_MANY: Final = 9


@contextmanager
def _calls(kind: FaultKind, bench: Bench) -> Iterator[Bite]:
    bite = Bite("calls")
    delay_s = _SLOW_S if kind == "slow" else None
    order = bench.stripe.fault(kind, times=None, probability=_SHARE, delay_s=delay_s)
    try:
        yield bite
        bite.count = bench.stripe.bit(order)
    finally:
        bench.stripe.clear_faults()


@contextmanager
def _events(kind: DeliveryFaultKind, bench: Bench) -> Iterator[Bite]:
    bite = Bite("events")
    order = _order_of(kind, bench)
    try:
        yield bite
        bite.count = bench.stripe.bit(order)
    finally:
        bench.stripe.clear_faults()


def _order_of(kind: DeliveryFaultKind, bench: Bench) -> Fault:
    match kind:
        case "duplicated":
            return bench.stripe.delivery_fault(kind, times=None, copies=1)
        case "burst":
            return bench.stripe.delivery_fault(kind, times=None, copies=_MANY)
        case "stale_timestamp":
            return bench.stripe.delivery_fault(kind, times=None, delay_s=_STALE_S)
        case _:
            return bench.stripe.delivery_fault(kind, times=None, delay_s=_LATE_S)


FAULTS: Final[dict[str, Burning]] = {
    **{f"processor.{kind}": partial(_calls, kind) for kind in get_args(FaultKind)},
    **{f"webhook.{kind}": partial(_events, kind) for kind in get_args(DeliveryFaultKind)},
}
