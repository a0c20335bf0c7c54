from fastapi import APIRouter

from system.accounts.access import public
from system.context import Context
from system.health import service
from system.health.schemas import Alive, Health
from system.kit.problems import ServiceUnavailable, documented

VERSION = "0.1.0"
router = APIRouter(prefix="/health", tags=["operations"], dependencies=[public])


@router.get("", operation_id="health_summary")
async def summary(system: Context) -> Health:
    """Show how each part is. Always 200: this page is for people; probes ask /health/live and /health/ready."""
    checks = await service.check_all(system)
    degraded = any(check.status == "failed" for check in checks.values())
    return Health(status="degraded" if degraded else "ok", version=VERSION, checks=checks)


@router.get("/live", operation_id="health_live")
async def live() -> Alive:
    """Say that the process answers; nothing else is asked, so that no outage of a part restarts it."""
    return Alive(status="ok")


@router.get("/ready", operation_id="health_ready", responses=documented(ServiceUnavailable))
async def ready(system: Context) -> Health:
    """Say whether requests may be sent here: 503 without the database.

    The processor's outage is reported and takes no instance out of rotation: receipts and histories are still served,
    and a payment is refused with 503 by itself.
    """
    health = await summary(system)
    database = health.checks["database"]
    if database.status == "failed":
        checks = {name: check.model_dump() for name, check in health.checks.items()}
        raise ServiceUnavailable(f"The database: {database.detail}.", checks=checks)
    return health
