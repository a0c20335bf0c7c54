import os
import tempfile

from prometheus_client import CollectorRegistry, Counter, Histogram

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the workers of one server keep their counters together; `prometheus_client` reads the same variable."""

_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0)


class HttpMetrics:
    """What every request leaves behind: labelled by the route's template, never by the path that a client chose."""

    def __init__(self) -> None:
        self._requests = Counter(
            "assay_http_requests", "Requests answered.", ["method", "route", "status"], registry=None
        )
        self._seconds = Histogram(
            "assay_http_request_duration_seconds",
            "Time from the request's first byte to the response's last.",
            ["method", "route"],
            buckets=_BUCKETS_S,
            registry=None,
        )
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[tuple[str, str], Histogram] = {}

    def register(self, registry: CollectorRegistry) -> None:
        registry.register(self._requests)
        registry.register(self._seconds)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        # Children are kept: finding one by its labels costs more than counting.
        counter = self._counters.get((method, route, status))
        if counter is None:
            counter = self._counters[method, route, status] = self._requests.labels(method, route, str(status))
        histogram = self._histograms.get((method, route))
        if histogram is None:
            histogram = self._histograms[method, route] = self._seconds.labels(method, route)
        counter.inc()
        histogram.observe(seconds)


def share_counters() -> None:
    """Let the processes that are started from here on count together; their scrape is then of all of them."""
    os.environ.setdefault(SHARED_FOLDER, tempfile.mkdtemp(prefix="assay-metrics-"))
