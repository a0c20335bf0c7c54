"""What the tests of the contract share beyond the harness's own fixtures."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count

import pytest

from contract.subscriptions.life import Life
from fixtures.bench import Bench
from fixtures.builders import person
from fixtures.client import HttpxTransport, Item, Member, Processor, Visitor
from fixtures.plugin import log_folder
from fixtures.witness import Witness

IMPATIENT = {"processor_timeout_s": "1", "sweep_interval_s": "0.5", "uncertain_after_s": "2"}
"""Settings that an operator could choose, so that what is undecided is settled within a test's patience."""

LAST = "test_books.py"
_newcomers = count(1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The books are judged after everything that moved money."""
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
def catalogue(bench: Bench) -> Mapping[str, Item]:
    with HttpxTransport(bench.url) as transport:
        return {item.item_id: item for item in Visitor(transport).catalogue(limit=100).value.items}


@pytest.fixture(scope="session")
def newcomer(bench: Bench) -> Iterator[Callable[[], Member]]:
    """Makes members for what several tests share; a test of its own asks for `member` or `new_member`."""
    with HttpxTransport(bench.url) as transport:
        yield lambda: sign_up(transport, bench.run_id)


@pytest.fixture
def life(movable_bench: Bench, request: pytest.FixtureRequest) -> Iterator[Life]:
    """Somebody who lives on a bench whose clock moves."""
    with HttpxTransport(movable_bench.url) as transport:
        yield Life.begin(movable_bench, transport, person(movable_bench.run_id, request.node.nodeid))


@pytest.fixture
def witness(bench: Bench) -> Witness:
    return Witness(bench.stripe)


@pytest.fixture
def processor(bench: Bench) -> Iterator[Processor]:
    with HttpxTransport(bench.url) as transport:
        yield Processor(transport)


@pytest.fixture(scope="session")
def impatient_bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, start_bench: Callable[..., Bench]
) -> Iterator[Bench]:
    """A system that gives up and asks again quickly, with a database of its own that may be killed."""
    logs = log_folder(request.config, tmp_path_factory, "impatient")
    with start_bench(durable=True, settings=IMPATIENT, log_dir=logs) as bench:
        yield bench


@pytest.fixture
def impatient(impatient_bench: Bench) -> Iterator[Bench]:
    """The impatient system, whole again after each test."""
    yield impatient_bench
    impatient_bench.stripe.clear_faults()


@pytest.fixture
def deaf(impatient: Bench) -> Iterator[Bench]:
    """The impatient system, which no event reaches: what it finds out, it has asked for."""
    impatient.stripe.pause_webhooks()
    yield impatient
    impatient.stripe.resume_webhooks()


@pytest.fixture
def impatient_member(impatient: Bench) -> Iterator[Member]:
    with HttpxTransport(impatient.url) as transport:
        yield sign_up(transport, impatient.run_id)


@pytest.fixture
def item(impatient_member: Member) -> Item:
    """What can be bought again and again."""
    items = Visitor(impatient_member.transport).catalogue().value.items
    return next(each for each in items if each.repeatable)


def sign_up(transport: HttpxTransport, *seed: object) -> Member:
    somebody = person("contract", *seed, next(_newcomers))
    reply = Visitor(transport).sign_up(email=somebody.email, password=somebody.password, name=somebody.name)
    return Member(transport, reply.value)
