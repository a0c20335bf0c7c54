"""When nothing that was ordered is still under way: for tests of what does not come."""

from typing import Final

import psycopg

from fixtures.polling import eventually

_OWED = """
SELECT (SELECT count(*) FROM notifications WHERE sent_at IS NULL) + (SELECT count(*) FROM procrastinate_jobs)
"""


REST_S: Final = 75.0
"""A worker that was killed with a mail in its hands holds on to it for half a minute; then its job is tried again."""


def mails_at_rest(database_url: str) -> None:
    """Wait until every job is done and every mail that is owed is sent."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        eventually(lambda: connection.execute(_OWED).fetchone(), lambda owed: owed == (0,), timeout_s=REST_S)
