import os

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from system.accounts.access import public
from system.context import Context
from system.observability.business import BusinessMetrics
from system.observability.metrics import SHARED_FOLDER, HttpMetrics


def metrics_routes(http: HttpMetrics) -> APIRouter:
    router = APIRouter(tags=["operations"])
    registry = CollectorRegistry()
    if SHARED_FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the package's one constructor without types
    else:
        http.register(registry)
    business = BusinessMetrics()
    registry.register(business)

    @router.get("/metrics", operation_id="metrics", dependencies=[public], response_class=_PrometheusText)
    async def metrics(system: Context) -> Response:
        """Figures for Prometheus. They tell what is earned: the proxy in front must not pass this path on."""
        await business.bring_up_to_date(system)
        return _PrometheusText(generate_latest(registry))

    return router


class _PrometheusText(Response):
    media_type = CONTENT_TYPE_LATEST
