"""What is open to whom: each feature in its tiers, each course for each reason, and always with the next request."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import psycopg
import pytest

from contract.tier_seed import every_feature, lowest_tier_with, seeded_tiers
from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Item, Member, Pricing, Visitor
from fixtures.client.subscriptions import Plan

COURSE, OTHER, FREE_COURSE = "itm_course_python", "itm_course_sql", "itm_free_git"
OFFLINE: Final = "offline_access"
LOWEST: Final = next(iter(seeded_tiers()))


@pytest.fixture(scope="module")
def pricing(bench: Bench) -> Pricing:
    with HttpxTransport(bench.url) as transport:
        return Visitor(transport).pricing().value


@pytest.fixture(scope="module")
def on_tier(newcomer: Callable[[], Member], pricing: Pricing) -> Callable[[str], Member]:
    """Somebody new who has subscribed to a tier, or has only signed up for the lowest."""
    prices = {tier.tier: tier.prices for tier in pricing.tiers}

    def subscribed(tier: str) -> Member:
        member = newcomer()
        if prices[tier]:
            price = prices[tier][0]
            plan = Plan(price.price_id, tier, tier, price.interval or "month", price.amount, price.currency)
            reply = member.subscription.subscribe(plan, key=f"to-{tier}")
            assert reply.value.status == "active", reply.text
        return member

    return subscribed


@pytest.fixture(scope="module")
def members(on_tier: Callable[[str], Member]) -> Mapping[str, Member]:
    """Somebody on each tier."""
    return {tier: on_tier(tier) for tier in seeded_tiers()}


@pytest.fixture
def offline_for_all(bench: Bench) -> Iterator[None]:
    """Other data: the lowest tier opens what it did not."""
    with psycopg.connect(bench.database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO tier_features (tier, feature) VALUES (%s, %s)", (LOWEST, OFFLINE))
        yield
        connection.execute("DELETE FROM tier_features WHERE tier = %s AND feature = %s", (LOWEST, OFFLINE))


@pytest.mark.parametrize("tier", seeded_tiers())
@pytest.mark.proves("A3.2", "A3.3")
def test_each_feature_is_open_in_its_tiers(members: Mapping[str, Member], tier: str) -> None:
    seeded = seeded_tiers()[tier]

    open_ = members[tier].entitlements().value

    quotas = {each.feature: each.quota.quota_a_month for each in open_.features if each.quota}
    assert open_.tier.tier == tier
    assert open_.names == seeded.features
    assert quotas == seeded.quotas


@pytest.mark.parametrize("tier", seeded_tiers())
@pytest.mark.proves("A3.2")
def test_each_feature_above_a_tier_is_closed_and_names_what_opens_it(members: Mapping[str, Member], tier: str) -> None:
    closed = every_feature() - seeded_tiers()[tier].features

    told = {feature: members[tier].explain_feature(feature).value for feature in closed}

    assert {feature: each.unlock and each.unlock.tier for feature, each in told.items()} == {
        feature: lowest_tier_with(feature) for feature in closed
    }
    assert not any(each.open for each in told.values())
    assert all(each.unlock and each.unlock.plans for each in told.values())


@pytest.mark.proves("A3.2", "A3.3")
def test_the_price_list_is_the_data(pricing: Pricing) -> None:
    listed = {tier.tier: (tier.rank, tier.tokens_a_month, tier.share_percent) for tier in pricing.tiers}
    opened = {tier.tier: {each.feature for each in tier.features} for tier in pricing.tiers}

    assert listed == {
        name: (tier.rank, tier.tokens_a_month, tier.share_percent) for name, tier in seeded_tiers().items()
    }
    assert opened == {name: tier.features for name, tier in seeded_tiers().items()}


@pytest.mark.parametrize("tier", [name for name, tier in seeded_tiers().items() if OFFLINE in tier.features])
@pytest.mark.proves("A3.2")
def test_a_guarded_route_lets_in_a_tier_that_has_its_feature(members: Mapping[str, Member], tier: str) -> None:
    taken = members[tier].take_course_along(FREE_COURSE)

    assert taken.status == 200, taken.text
    assert taken.headers["content-disposition"] == f'attachment; filename="{FREE_COURSE}.html"'


@pytest.mark.parametrize("tier", [name for name, tier in seeded_tiers().items() if OFFLINE not in tier.features])
@pytest.mark.proves("A3.2")
def test_a_guarded_route_tells_a_tier_below_what_opens_it(members: Mapping[str, Member], tier: str) -> None:
    refused = members[tier].take_course_along(FREE_COURSE)

    assert (refused.status, refused.problem.slug) == (403, "feature-locked"), refused.text
    assert refused.problem.extras["tier"] == lowest_tier_with(OFFLINE)
    assert refused.problem.extras["pricing_url"].startswith("/pricing")


@pytest.mark.proves("A3.3", "A3.4")
@pytest.mark.usefixtures("offline_for_all")
def test_other_data_opens_a_route_with_the_next_request(member: Member) -> None:
    opened = member.take_course_along(FREE_COURSE)

    assert opened.status == 200, opened.text
    assert OFFLINE in member.entitlements().value.names


@pytest.mark.proves("A3.2")
def test_a_course_is_closed_until_it_is_bought(member: Member, catalogue: Mapping[str, Item]) -> None:
    refused = member.read_course(COURSE)
    member.pay(catalogue[COURSE], key="to-read")
    opened = member.read_course(COURSE)

    assert (refused.status, refused.problem.slug) == (403, "course-locked"), refused.text
    assert refused.problem.extras["price_id"] == catalogue[COURSE].price_id
    assert refused.problem.extras["tier"] == lowest_tier_with("all_courses")
    assert opened.status == 200, opened.text
    assert opened.value.lessons, "a course has lessons"
    assert member.read_course(OTHER).status == 403


def test_a_free_course_is_open_to_every_account_and_not_for_sale(member: Member, catalogue: Mapping[str, Item]) -> None:
    shelf = {each.item_id: each for each in member.shelf(limit=100).value.items}

    free = {item_id for item_id, each in shelf.items() if each.free}
    assert len(free) == 5
    assert {item_id for item_id, each in shelf.items() if each.open} == free
    assert not free & catalogue.keys()
    assert member.read_course(FREE_COURSE).status == 200


@pytest.mark.proves("A3.4")
def test_a_refund_closes_what_it_bought_with_the_next_request(member: Member, catalogue: Mapping[str, Item]) -> None:
    paid = member.pay(catalogue[COURSE], key="bought").value
    other = member.pay(catalogue[OTHER], key="kept")

    refunded = member.refund(paid.payment_id, key="given-back")
    after = member.read_course(COURSE)

    assert (other.status, refunded.value.status) == (201, "succeeded"), refunded.text
    assert (after.status, after.problem.slug) == (403, "course-locked"), after.text
    assert member.read_course(OTHER).status == 200


@pytest.mark.proves("A3.4")
def test_a_refund_of_a_course_leaves_what_the_plan_opens(
    on_tier: Callable[[str], Member], catalogue: Mapping[str, Item]
) -> None:
    member = on_tier(lowest_tier_with("all_courses"))
    paid = member.pay(catalogue[COURSE], key="bought-too").value
    before = member.explain_course(COURSE).value

    member.refund(paid.payment_id, key="given-back-too")
    after = member.explain_course(COURSE).value

    assert [each.kind for each in before.sources] == ["purchase", "subscription"]
    assert [each.kind for each in after.sources] == ["subscription"]
    assert (after.open, member.read_course(COURSE).status) == (True, 200)


def test_an_explanation_names_the_most_durable_reason_and_no_way_out(
    members: Mapping[str, Member],
) -> None:
    told = members[lowest_tier_with("all_courses")].explain_course(FREE_COURSE).value

    assert [each.kind for each in told.sources] == ["subscription", "free"]
    assert told.effective == told.sources[0]
    assert told.unlock is None


def test_what_would_open_a_course_has_its_price(member: Member, catalogue: Mapping[str, Item]) -> None:
    told = member.explain_course(COURSE).value

    assert (told.open, told.sources, told.effective) == (False, (), None)
    assert told.unlock is not None
    assert told.unlock.purchase is not None
    assert told.unlock.purchase.amount == catalogue[COURSE].amount
    assert {each.interval for each in told.unlock.plans} == {"month", "year"}


def test_a_plan_is_subscribed_to_and_not_bought(
    member: Member, pricing: Pricing, catalogue: Mapping[str, Item]
) -> None:
    price = next(price for tier in pricing.tiers for price in tier.prices)

    refused = member.pay(
        catalogue[COURSE],
        key="a-plan",
        price_id=price.price_id,
        expected_amount=price.amount,
        expected_currency=price.currency,
    )

    assert (refused.status, refused.problem.slug) == (409, "subscribe-instead"), refused.text
    assert "/api/subscriptions/create" in refused.problem.detail
    assert {item.kind for item in catalogue.values()} == {"course", "token_pack"}


def test_unknown_features_and_courses_are_not_found(member: Member) -> None:
    assert member.explain_feature("flying").problem.slug == "not-found"
    assert member.explain_course("itm_tokens_100").problem.slug == "not-found"
    assert member.read_course("itm_nothing").problem.slug == "not-found"
