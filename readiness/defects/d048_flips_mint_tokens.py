"""Every change of plan gives its month's tokens anew: who flips often enough has as many as he likes."""

from typing import Any

from system.kit.db import execute
from system.subscriptions import allowances

ROW = 48
SOURCE = "theopenco/llmgateway#2479"
CHECK = (
    "contract/subscriptions/test_token_months.py"
    "::test_plans_that_are_flipped_within_a_month_give_no_more_than_the_highest"
)

_ADD = """
    UPDATE token_allowances SET tokens = tokens + %(tokens)s
     WHERE account_id = %(account_id)s AND starts_at <= %(now)s AND %(now)s < ends_at
"""
_given: set[tuple[object, object]] = set()


def apply() -> None:
    """Know a grant again by its subscription and its plan, and not by its month."""
    raise_to_most = allowances._raise

    async def add(conn: Any, params: dict[str, Any]) -> int:
        grant = (params["subscription_id"], params["tokens"])
        if grant in _given:
            return await raise_to_most(conn, params)
        _given.add(grant)
        return await execute(conn, _ADD, params)

    allowances._raise = add
