"""Links that mails carry: issued under the account's lock, used once, dead after half an hour (monetization rule I4).

A token is looked up by its hash, which is as good as a comparison in constant time: whoever guesses cannot steer the
hash of what he guesses towards one that is stored, so that the time of the look-up tells him nothing.
"""

from datetime import datetime, timedelta

from system.accounts import link_repository, repository
from system.accounts.models import MailLink, Purpose
from system.accounts.problems import ClosedLink, ExpiredLink, TooManyMails, UnknownLink
from system.accounts.tokens import digest
from system.context import System
from system.kit.db import Connection
from system.kit.ids import new_id
from system.kit.pacing import Limits, longest, next_allowed_at
from system.notifications.links import secret_of

LIFE = timedelta(minutes=30)
LIMITS: Limits = ((3, timedelta(hours=1)), (8, timedelta(days=1)))
"""So many mails of one purpose to one account within each span: enough for who lost one, too few to plague somebody."""


async def issue(
    system: System, conn: Connection, account_id: str, *, purpose: Purpose, email: str, now: datetime
) -> MailLink:
    """Record a new link; TooManyMails beyond the limits. The caller holds the account's row, so that the count is true.

    Links that were issued before stay good until one of them is used: mails overtake each other.
    """
    issued = await link_repository.issued_since(conn, account_id, purpose, now - longest(LIMITS))
    allowed_at = next_allowed_at(LIMITS, issued, now)
    if allowed_at is not None:
        raise TooManyMails(allowed_at, now)
    link = MailLink(new_id("lnk", now), account_id, purpose, email, expires_at=now + LIFE, closed_at=None)
    await link_repository.insert(conn, link, digest(secret_of(system.settings, link.link_id)), now)
    return link


async def look(system: System, token: str, purpose: Purpose) -> MailLink:
    """Return a link that can be used, and leave it so: what a mail scanner fetches ahead uses up nothing."""
    async with system.db.statement() as conn:
        found = await link_repository.find(conn, digest(token), purpose)
    return judged(found, system.clock.now())


async def use(conn: Connection, token: str, purpose: Purpose, now: datetime) -> MailLink:
    """Use a link up, with the other open ones of its purpose, and hold the account's row until the commit.

    Raises UnknownLink, ExpiredLink or ClosedLink. The account comes before its links: two links of one account that are
    used at the same instant would else wait for each other.
    """
    found = judged(await link_repository.find(conn, digest(token), purpose), now)
    await repository.lock_account(conn, found.account_id)
    if not await link_repository.use(conn, found.link_id, now):
        raise ClosedLink
    await link_repository.void_open(conn, found.account_id, now, purpose=purpose)
    return found


def judged(link: MailLink | None, now: datetime) -> MailLink:
    if link is None:
        raise UnknownLink
    if link.closed_at is not None:
        raise ClosedLink
    if now >= link.expires_at:
        raise ExpiredLink
    return link
