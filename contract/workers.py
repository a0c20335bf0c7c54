from collections.abc import Iterator
from contextlib import contextmanager

from fixtures.bench import Bench


@contextmanager
def without_worker(bench: Bench) -> Iterator[None]:
    """Nobody works on the queue inside this block; the worker was killed, not asked to finish."""
    bench.kill_worker()
    try:
        yield
    finally:
        bench.start_worker()
