from datetime import UTC, datetime, timedelta

import pytest

from system.accounts.links import LIFE, LIMITS, judged
from system.accounts.models import MailLink
from system.accounts.problems import ClosedLink, ExpiredLink, TooManyMails, UnknownLink
from system.kit.pacing import next_allowed_at
from system.notifications.links import secret_of, url_of
from system.tests.examples import SETTINGS

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def _link(expires_at: datetime = NOW + LIFE, closed_at: datetime | None = None) -> MailLink:
    return MailLink("lnk_1", "usr_1", "confirm_email", "ada@example.com", expires_at, closed_at)


def test_link_works_until_its_last_moment_and_not_at_its_end() -> None:
    assert judged(_link(), NOW + LIFE - timedelta(microseconds=1)) == _link()
    with pytest.raises(ExpiredLink):
        judged(_link(), NOW + LIFE)


def test_link_that_nobody_issued_is_unknown() -> None:
    with pytest.raises(UnknownLink):
        judged(None, NOW)


def test_used_link_is_called_used_even_when_it_has_expired_since() -> None:
    with pytest.raises(ClosedLink):
        judged(_link(closed_at=NOW), NOW + LIFE + HOUR)


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        pytest.param([], None, id="none-sent"),
        pytest.param([MINUTE, 2 * MINUTE], None, id="two-within-the-hour"),
        pytest.param([MINUTE, 2 * MINUTE, 20 * MINUTE], 40 * MINUTE, id="three-within-the-hour"),
        pytest.param([MINUTE, 2 * MINUTE, HOUR], None, id="the-third-an-hour-ago"),
        pytest.param([HOUR * age for age in range(1, 9)], 16 * HOUR, id="eight-within-the-day"),
        pytest.param([HOUR * age for age in range(1, 8)], None, id="seven-within-the-day"),
        pytest.param([MINUTE, MINUTE, MINUTE, *([2 * HOUR] * 5)], 22 * HOUR, id="both-limits-the-later-counts"),
    ],
)
def test_mails_are_limited_by_the_hour_and_by_the_day(ages: list[timedelta], wait: timedelta | None) -> None:
    allowed_at = next_allowed_at(LIMITS, [NOW - age for age in ages], NOW)

    assert allowed_at == (None if wait is None else NOW + wait)


def test_waiting_time_is_told_in_whole_seconds_rounded_up() -> None:
    refused = TooManyMails(NOW + timedelta(seconds=61.2), NOW)

    assert refused.headers == {"Retry-After": "62"}
    assert "2 min" in refused.detail


def test_secret_of_a_link_is_256_bits_that_only_the_settings_can_make() -> None:
    others = SETTINGS.model_copy(update={"secret_key": SETTINGS.stripe_api_key})

    assert len(secret_of(SETTINGS, "lnk_1")) == 43
    assert secret_of(SETTINGS, "lnk_1") == secret_of(SETTINGS, "lnk_1")
    assert len({secret_of(SETTINGS, "lnk_1"), secret_of(SETTINGS, "lnk_2"), secret_of(others, "lnk_1")}) == 3


def test_mail_leads_to_its_page_at_the_public_address() -> None:
    receipt = url_of("receipt", {"payment_id": "pay_1"}, SETTINGS)
    confirm = url_of("confirm_email", {"link_id": "lnk_1", "minutes": 30}, SETTINGS)

    assert receipt == "http://127.0.0.1:8000/payments/pay_1/receipt"
    assert confirm == f"http://127.0.0.1:8000/confirm-email?token={secret_of(SETTINGS, 'lnk_1')}"
