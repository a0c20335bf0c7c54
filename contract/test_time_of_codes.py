"""How long a code, a log-in, a set-up and a limit last, by the system's own clock."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fixtures.authenticator import Authenticator
from fixtures.bench import Bench
from fixtures.builders import Person, person
from fixtures.client import HttpxTransport
from fixtures.two_factors import Guarded, confirmed, guarded

pytestmark = pytest.mark.proves("A15.10")

STEP = timedelta(seconds=30)


@pytest.fixture(scope="module")
def movable() -> Iterator[Bench]:
    with Bench.start(clock="movable") as bench:
        yield bench


@pytest.fixture
def traveller(movable: Bench, request: pytest.FixtureRequest) -> Person:
    return person(movable.run_id, request.node.nodeid)


@pytest.fixture
def there(movable: Bench) -> Iterator[HttpxTransport]:
    with HttpxTransport(movable.url) as transport:
        yield transport


@pytest.fixture
def careful(movable: Bench, there: HttpxTransport, traveller: Person) -> Guarded:
    """A traveller with two factors, a while after the code that switched them on."""
    found = guarded(movable, there, traveller)
    movable.clock.advance(10 * STEP)
    return found


@pytest.mark.parametrize(("steps", "status"), [(-3, 403), (-1, 200), (0, 200), (1, 200), (3, 403)])
def test_a_code_is_good_one_step_early_and_one_step_late(careful: Guarded, steps: int, status: int) -> None:
    challenge = careful.challenge()

    answer = careful.visitor.answer_challenge(challenge, careful.telephone.code_off_by(steps))

    assert answer.status == status, answer.text


def test_the_telephone_opens_again_and_again(movable: Bench, careful: Guarded) -> None:
    first = careful.enter(careful.telephone.code())
    movable.clock.advance(STEP)

    second = careful.enter(careful.telephone.code())

    assert (first.status, second.status) == (200, 200), second.text


def test_a_log_in_waits_five_minutes_for_its_code(movable: Bench, careful: Guarded) -> None:
    in_time, too_late = careful.challenge(), careful.challenge()
    movable.clock.advance(timedelta(minutes=4, seconds=30))
    entered = careful.visitor.answer_challenge(in_time, careful.telephone.code())
    movable.clock.advance(STEP)

    refused = careful.visitor.answer_challenge(too_late, careful.telephone.code())

    assert (entered.status, refused.status, refused.problem.slug) == (200, 401, "challenge-ended"), refused.text


def test_a_set_up_waits_a_quarter_of_an_hour_for_its_first_code(
    movable: Bench, there: HttpxTransport, traveller: Person
) -> None:
    member = confirmed(movable, there, traveller)
    made = member.set_up_second_factor(traveller.password).value
    movable.clock.advance(timedelta(minutes=15))
    member.refresh()

    refused = member.enable_second_factor(Authenticator(made.secret, movable.clock.now).code())

    assert made.expires_in_s == 900
    assert (refused.status, refused.problem.slug) == (409, "second-factor-off"), refused.text


def test_the_limit_on_wrong_codes_is_over_after_an_hour(movable: Bench, careful: Guarded) -> None:
    for _ in range(10):
        careful.enter(careful.telephone.wrong_code())
    locked = careful.enter(careful.telephone.code())
    movable.clock.advance(timedelta(hours=1))

    entered = careful.enter(careful.telephone.code())

    assert (locked.status, entered.status) == (429, 200), entered.text
