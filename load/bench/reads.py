"""What reads of a subscription and of a right cost beside a bare indexed read through the same stack.

The bare read is one payment by its id: the same authentication, one statement by primary key, one model to JSON.
"""

import asyncio
import statistics
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import Member, Visitor, requests
from fixtures.client.subscriptions import Plan
from fixtures.client.transport import HttpxTransport
from load.bench.processes import listening

AT_ONCE: Final = 4
BARE: Final = "payment"
READS: Final = (BARE, "subscription", "entitlement")
AIM: Final = 1.5
FEATURE: Final = "offline_access"


def measured(*, rounds: int, count: int) -> dict[str, Any]:
    """Medians over alternating rounds of the application's CPU per read, and of the ratio within each round."""
    with Bench.start() as bench, HttpxTransport(bench.url) as transport:
        member = _subscriber(transport)
        paths = _paths(member)
        bench.stripe.pause_webhooks()
        bench.kill_worker()
        costs: dict[str, list[float]] = {kind: [] for kind in READS}
        for number in range(-1, rounds):  # the first round warms everything up and is thrown away
            for kind in READS if number % 2 else reversed(READS):
                cost = _cost(bench, member, paths[kind], count)
                costs[kind] += [cost] if number >= 0 else []
    ratios = {
        kind: statistics.median(cost / bare for cost, bare in zip(costs[kind], costs[BARE], strict=True))
        for kind in READS
    }
    return {"cpu_us": {kind: statistics.median(each) for kind, each in costs.items()}, "over_bare": ratios}


def table(figures: Mapping[str, Any]) -> list[str]:
    cpu, ratios = figures["cpu_us"], figures["over_bare"]
    titles = {
        BARE: "a payment by its id",
        "subscription": "the current subscription, with its plan",
        "entitlement": "whether a feature is open, and why",
    }
    return [
        "Reads through the whole stack                          CPU a read    over the first",
        *(f"  {titles[kind]:<52} {cpu[kind]:>8.0f} µs   {ratios[kind]:.2f} (aim: {AIM})" for kind in READS),
    ]


def _subscriber(transport: HttpxTransport) -> Member:
    new, visitor = person("bench-reads"), Visitor(transport)
    member = Member(transport, visitor.sign_up(email=new.email, password=new.password, name=new.name).value)
    pro = next(each for each in visitor.pricing().value.tiers if each.prices)
    price = pro.prices[0]
    plan = Plan(price.price_id, pro.tier, pro.name, str(price.interval), price.amount, price.currency)
    assert member.subscription.subscribe(plan, key="bench").ok
    return member


def _paths(member: Member) -> dict[str, str]:
    payment_id = member.subscription.current().value.payment_id
    assert payment_id is not None, "the first period is paid for"
    return {
        BARE: requests.PAYMENT.format(payment_id=payment_id),
        "subscription": requests.SUBSCRIPTION,
        "entitlement": requests.EXPLAIN_FEATURE.format(feature=FEATURE),
    }


def _cost(bench: Bench, member: Member, path: str, count: int) -> float:
    process = listening(bench.url)
    before = sum(process.cpu_times()[:2])
    asyncio.run(_read(bench.url, member, path, count))
    return 1e6 * (sum(process.cpu_times()[:2]) - before) / count


async def _read(url: str, member: Member, path: str, count: int) -> None:
    left = iter(range(count))
    async with aiohttp.ClientSession(url, headers=requests.bearer(member.session.access_token)) as session:

        async def work() -> None:
            for _ in left:
                async with session.get(path) as reply:
                    assert reply.status == 200, await reply.text()  # noqa: PLR2004 - found

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
