from typing import Annotated

from fastapi import APIRouter, Depends, Path

from system.accounts.api_keys.door import scoped
from system.accounts.models import Identity
from system.catalogue import service as catalogue
from system.catalogue.problems import NoSuchCourse
from system.catalogue.schemas import ItemId
from system.context import Context
from system.entitlements import service
from system.entitlements.problems import NoSuchFeature
from system.entitlements.schemas import EntitlementsView, ExplanationView
from system.entitlements.views import entitlements_view, explanation_view
from system.kit.problems import AuthenticationRequired, documented

EntitlementsReader = Annotated[Identity, Depends(scoped("entitlements:read"))]

router = APIRouter(prefix="/api/entitlements", tags=["entitlements"])

FeatureName = Annotated[str, Path(pattern=r"^[!-~]{1,64}$", examples=["offline_access"])]


@router.get("", operation_id="show_entitlements", responses=documented(AuthenticationRequired))
async def show(identity: EntitlementsReader, system: Context) -> EntitlementsView:
    """Show your tier, what is open to you and how much of it is left this month, and where all of it comes from."""
    now = system.clock.now()
    async with system.db.statement() as conn:
        tier = await service.tier_of(conn, identity.account_id, now)
        features = await service.features_of(conn, identity.account_id, now)
        sources = await service.sources_of(conn, identity.account_id, now)
    return entitlements_view(tier, features, sources, now)


@router.get(
    "/features/{feature}",
    operation_id="explain_feature",
    responses=documented(AuthenticationRequired, NoSuchFeature),
)
async def explain_feature(feature: FeatureName, identity: EntitlementsReader, system: Context) -> ExplanationView:
    """Tell why a feature is open to you, or which plan would open it."""
    async with system.db.statement() as conn:
        name, found = await service.explain_feature(conn, identity.account_id, feature, system.clock.now())
        plans = [] if found.is_open else await catalogue.list_plan_prices(conn)
    return explanation_view(feature, name, found, plans)


@router.get(
    "/courses/{item_id}",
    operation_id="explain_course",
    responses=documented(AuthenticationRequired, NoSuchCourse),
)
async def explain_course(item_id: ItemId, identity: EntitlementsReader, system: Context) -> ExplanationView:
    """Tell why a course is open to you, or what would open it: a plan, or buying it."""
    async with system.db.statement() as conn:
        course = await catalogue.get_course(conn, item_id)
        found = await service.explain_course(conn, identity.account_id, course, system.clock.now())
        plans = [] if found.is_open else await catalogue.list_plan_prices(conn)
    return explanation_view(item_id, course.name, found, plans, course=course)
