"""Lists page newest first, lose and repeat nothing while they grow, and hand nobody's cursor to anybody else."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from fixtures.client import Auditor, Item, Member, Payment

TOKENS = "itm_tokens_100"
FORGERIES: Mapping[str, Callable[[str], str]] = {
    "cut": lambda cursor: cursor[:-1],
    "longer": lambda cursor: cursor + "AA",
    "altered": lambda cursor: ("B" if cursor[0] == "A" else "A") + cursor[1:],
    "huge": lambda _: "x" * 600,
}
BAD_LIMITS = ["0", "-1", "101", "ten", "1.5", "true", ""]


@pytest.fixture(scope="module")
def buyer(newcomer: Callable[[], Member], catalogue: Mapping[str, Item]) -> Member:
    """Somebody with seven payments."""
    member = newcomer()
    for number in range(7):
        assert member.pay(catalogue[TOKENS], key=f"bought-{number}").status == 201
    return member


@pytest.mark.proves("A2.5")
def test_pages_are_newest_first_and_complete(buyer: Member) -> None:
    paged = [payment for page in _pages(buyer, 3) for payment in page]
    at_once = buyer.payments(limit=100).value

    assert paged == list(at_once.items)
    assert at_once.next_cursor is None
    created = [payment.created_at for payment in paged]
    assert created == sorted(created, reverse=True)


@pytest.mark.proves("A2.5")
def test_rows_added_between_pages_neither_repeat_nor_hide_any(buyer: Member, catalogue: Mapping[str, Item]) -> None:
    before = [payment.payment_id for payment in buyer.payments(limit=100).value.items]

    seen: list[str] = []
    for number, page in enumerate(_pages(buyer, 2)):
        seen += [payment.payment_id for payment in page]
        buyer.pay(catalogue[TOKENS], key=f"added-{number}")

    assert seen == before


@pytest.mark.proves("A2.5")
def test_the_last_full_page_ends_the_list(new_member: Callable[[], Member], catalogue: Mapping[str, Item]) -> None:
    member = new_member()
    member.pay(catalogue[TOKENS], key="one")
    member.pay(catalogue[TOKENS], key="two")

    page = member.payments(limit=2).value

    assert (len(page.items), page.next_cursor) == (2, None)


@pytest.mark.proves("A2.5")
def test_a_history_without_payments_is_an_empty_page(member: Member) -> None:
    page = member.payments().value

    assert (page.items, page.next_cursor) == ((), None)


@pytest.mark.proves("A2.5")
def test_another_accounts_cursor_is_refused(buyer: Member, member: Member) -> None:
    cursor = buyer.payments(limit=2).value.next_cursor

    refused = member.payments(cursor=cursor)

    assert refused.status == 422, refused.text
    assert refused.problem.message_for("query.cursor")


@pytest.mark.proves("A2.5")
def test_another_lists_cursor_is_refused(auditor: Auditor, buyer: Member) -> None:
    cursor = buyer.payments(limit=2).value.next_cursor

    refused = auditor.send("GET", f"/api/admin/payments?cursor={cursor}")

    assert refused.status == 422, refused.describe()


@pytest.mark.parametrize("case", FORGERIES)
@pytest.mark.proves("A2.5")
def test_an_altered_cursor_is_refused(buyer: Member, case: str) -> None:
    cursor = buyer.payments(limit=2).value.next_cursor
    assert cursor is not None

    refused = buyer.payments(cursor=FORGERIES[case](cursor))

    assert refused.status == 422, refused.text
    assert refused.problem.message_for("query.cursor")


@pytest.mark.parametrize("limit", BAD_LIMITS)
@pytest.mark.proves("A2.5", "A18.2")
def test_a_limit_out_of_bounds_is_named(buyer: Member, limit: str) -> None:
    refused = buyer.payments(limit=limit)

    assert refused.status == 422, refused.text
    assert refused.problem.message_for("query.limit")


def _pages(member: Member, limit: int) -> Iterator[tuple[Payment, ...]]:
    """Each page when it is asked for, so that a test can act between two of them."""
    cursor: str | None = None
    while True:
        page = member.payments(limit=limit, cursor=cursor).value
        yield page.items
        if page.next_cursor is None:
            return
        cursor = page.next_cursor
