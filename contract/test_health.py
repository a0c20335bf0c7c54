"""Health says what is so: ready only with its dependencies, alive without them, and well again by itself."""

from collections.abc import Iterator

import pytest

from fixtures.bench import Bench
from fixtures.client import HttpxTransport, Visitor
from fixtures.polling import eventually


@pytest.fixture
def observer(impatient: Bench) -> Iterator[Visitor]:
    with HttpxTransport(impatient.url) as transport:
        yield Visitor(transport)


@pytest.mark.proves("B14.1")
def test_a_system_with_all_its_parts_names_each_of_them(observer: Visitor) -> None:
    ready = observer.ready()

    assert ready.status == 200, ready.text
    assert {"database", "processor"} <= ready.value.checks.keys()


@pytest.mark.proves("B14.1")
def test_a_lost_database_is_told_survived_and_forgotten(impatient: Bench, observer: Visitor) -> None:
    impatient.kill_postgres()

    away = eventually(observer.ready, lambda reply: reply.status == 503)
    assert "database" in away.text, away.text
    assert observer.live().status == 200

    impatient.start_postgres()
    back = eventually(observer.ready, lambda reply: reply.status == 200, timeout_s=30)
    assert back.value.checks["database"], back.text
    assert observer.live().status == 200
