"""A newcomer's first payments, all at the same instant: the processor has to get to know the account for each."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import pytest

from fixtures.client import Item, Member
from fixtures.together import at_once

TOKENS: Final = "itm_tokens_100"
NEWCOMERS: Final = 50
CROWD: Final = 8


@pytest.mark.proves("A2.1")
def test_a_newcomers_first_payments_do_not_stand_in_each_others_way(
    new_member: Callable[[], Member], catalogue: Mapping[str, Item]
) -> None:
    """Who is second to store the account's customer finds it there, and no two lock the payments crosswise."""
    for _ in range(NEWCOMERS):
        newcomer = new_member()

        replies = at_once([partial(newcomer.pay, catalogue[TOKENS], key=f"first-{place}") for place in range(CROWD)])

        assert [reply.status for reply in replies] == [201] * CROWD, [reply.text for reply in replies]
