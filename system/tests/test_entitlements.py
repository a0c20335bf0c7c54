"""The rules of entitlements that need no database: months, the order of reasons, the price table, the refusals."""

import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI

import system.catalogue.seed
import system.entitlements.seed
from system.accounts.access import UndecidedRouteError, decisions
from system.accounts.models import Identity
from system.catalogue.models import Course, PlanPrice
from system.entitlements.access import require_feature
from system.entitlements.models import Explanation, Feature, Source, SourceKind, Spent, Tier, TierFeature
from system.entitlements.problems import FeatureLocked, QuotaExceeded
from system.entitlements.quotas import month_of, renewal_after
from system.entitlements.service import most_durable_first
from system.entitlements.views import explanation_view
from system.features import table
from system.learning.access import OpenCourse
from system.learning.problems import CourseLocked
from system.subscriptions.pricing import price_tiers

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
FREE = Tier("free", "Free", "", 0, 50, None)
PRO = Tier("pro", "Pro", "", 10, 500, 70)
COURSE = Course("itm_c", "A course", "", free=False, price_id="prc_c", amount=4900, currency="usd")


def _source(kind: SourceKind) -> Source:
    return Source(kind, f"{kind}-1", None, NOW, None)


@pytest.mark.parametrize(
    ("instant", "month", "renewal"),
    [
        (datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC), date(2026, 1, 1), datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime(2026, 2, 1, tzinfo=UTC), date(2026, 2, 1), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), date(2026, 12, 1), datetime(2027, 1, 1, tzinfo=UTC)),
        # Half past midnight of the first of March in Kathmandu is still February where quotas renew.
        (
            datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
            date(2026, 2, 1),
            datetime(2026, 3, 1, tzinfo=UTC),
        ),
    ],
)
def test_a_quota_is_of_the_calendar_month_in_utc(instant: datetime, month: date, renewal: datetime) -> None:
    assert (month_of(instant), renewal_after(instant)) == (month, renewal)


def test_the_most_durable_reason_is_the_effective_one() -> None:
    kinds: tuple[SourceKind, ...] = ("free", "subscription", "licence", "redemption", "purchase")

    ordered = most_durable_first([_source(kind) for kind in kinds])

    assert [source.kind for source in ordered] == ["purchase", "redemption", "licence", "subscription", "free"]
    assert Explanation(ordered, PRO).effective == _source("purchase")


def test_what_is_left_is_never_negative_when_a_quota_shrinks() -> None:
    assert Feature("ai_tutor", "AI tutor", "", counted=True, quota_a_month=100, used=150).left == 0
    assert Feature("ai_tutor", "AI tutor", "", counted=True, quota_a_month=None, used=150).left is None
    assert Spent("ai_tutor", 1, None, NOW).left is None


def test_a_closed_course_is_explained_with_both_ways_to_open_it() -> None:
    plans = [PlanPrice("pro", "month", "prc_p", 999, "usd"), PlanPrice("enterprise", "month", "prc_e", 9900, "usd")]

    view = explanation_view("itm_c", "A course", Explanation((), PRO), plans, course=COURSE)

    assert view.unlock is not None
    assert [price.price_id for price in view.unlock.plans] == ["prc_p"]
    assert view.unlock.purchase is not None
    assert (view.open, view.unlock.tier_name, view.unlock.purchase.amount) == (False, "Pro", 4900)


def test_what_is_open_needs_no_way_to_open_it() -> None:
    view = explanation_view("itm_c", "A course", Explanation((_source("purchase"),), PRO), [], course=COURSE)

    assert (view.open, view.unlock) == (True, None)
    assert view.effective is not None
    assert view.effective.kind == "purchase"


def test_a_tier_is_shown_with_what_it_adds() -> None:
    shared = TierFeature("free", "progress", "Progress", "", counted=False, quota_a_month=None)
    few = TierFeature("free", "ai_tutor", "AI tutor", "", counted=True, quota_a_month=5)
    more = TierFeature("pro", "ai_tutor", "AI tutor", "", counted=True, quota_a_month=100)
    month = PlanPrice("pro", "month", "prc_p", 999, "usd")

    free, pro = price_tiers([(FREE, [shared, few]), (PRO, [shared, more])], [month])

    assert (free.prices, free.below, free.added) == ((), None, (shared, few))
    assert (pro.prices, pro.below, pro.added) == ((month,), FREE, (more,))


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (FeatureLocked.of("sso", "Single sign-on", PRO), ["Single sign-on", "Pro", "/pricing"]),
        (FeatureLocked.of("sso", "Single sign-on", None), ["No plan opens it"]),
        (CourseLocked.of(COURSE, PRO), ["buy it for 49.00 USD", "take Pro"]),
        (CourseLocked.of(COURSE, None), ["buy it for 49.00 USD"]),
        (
            QuotaExceeded.of(
                Feature("ai_tutor", "AI tutor", "", counted=True, quota_a_month=5, used=5),
                quota=5,
                renews_at=renewal_after(NOW),
                more=PRO,
            ),
            ["AI tutor", "5 of 5", "1 April 2026", "Pro has more"],
        ),
    ],
    ids=["tier", "no tier", "course", "course without tier", "quota"],
)
def test_a_refusal_names_what_is_closed_and_the_way_out(problem: Any, says: list[str]) -> None:  # noqa: ANN401 - each is another class
    assert [part for part in says if part not in problem.detail] == []
    assert problem.members["pricing_url"].startswith("/pricing")


def test_a_route_tells_its_feature_and_its_course() -> None:
    router = APIRouter()

    @router.get("/{item_id}/offline", dependencies=[Depends(require_feature("offline_access"))])  # noqa: FAST003 - the guard takes it
    async def offline(_: OpenCourse) -> None: ...

    [route] = decisions(_app(router))

    assert (route.feature, route.course) == ("offline_access", True)
    assert "offline_access and the course" in table([route])[1]


def test_a_route_of_two_features_stops_the_start() -> None:
    router = APIRouter()

    @router.get("/both", dependencies=[Depends(require_feature("sso"))])
    async def both(_: Annotated[Identity, Depends(require_feature("api_keys"))]) -> None: ...

    with pytest.raises(UndecidedRouteError, match="api_keys, sso"):
        decisions(_app(router))


@pytest.mark.proves("A3.3")
def test_the_seeds_fit_together() -> None:
    tiers = _seed(system.entitlements.seed)
    items = _seed(system.catalogue.seed)["items"]
    names = {tier["tier"] for tier in tiers["tiers"]}
    opened = [each for feature in tiers["features"] for each in feature["tiers"]]
    opening = {each if isinstance(each, str) else each["tier"] for each in opened}
    plans = {(item["plan"]["tier"], item["plan"]["interval"]) for item in items if item["kind"] == "plan"}

    assert opening == names
    assert {tier for tier, _ in plans} < names, "one tier is free"
    assert all((tier, interval) in plans for tier, _ in plans for interval in ("month", "year"))
    assert all(("price" in item) or item["kind"] == "course" for item in items), "only a course can be free"


def _seed(module: Any) -> dict[str, Any]:  # noqa: ANN401 - a module has no narrower type
    return tomllib.loads(Path(module.__file__).with_name("seed.toml").read_text(encoding="utf-8"))


def _app(router: APIRouter) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(router)
    return app
