"""The address of an account: confirmed by a link that is sent to it, and changed by one that is sent to the new one.

**What an account may do before its address is confirmed.** All that is its own affair: buy, read what it bought, be
refunded, end its sessions, change its password and its address (a typing error is mended that way). Money stays open on
purpose: the card proves the payment, not the address, and a buyer who must first find a mail is a buyer lost.

It may not speak *for* the address. Whoever shows that he reads its mail, by a link of `password_reset`, takes the
account over from whoever typed the address first, and every session of theirs ends. For the same reason a log-in by a
provider will join an account only if its address is confirmed (rule I5), and verbs that act towards others (publish,
invite) are to ask for it. Roles beyond student come from an operator, who vouches for the address.
"""

from datetime import datetime

from psycopg.errors import UniqueViolation

from system.accounts import link_repository, links, mails, repository
from system.accounts.models import Account, Identity, MailLink
from system.accounts.password_proof import prove_password
from system.accounts.problems import EmailConfirmed, EmailTaken
from system.audit.service import Actor, record
from system.context import System
from system.kit.db import Connection
from system.kit.problems import InvalidRequest

TAKEN = "Another account has this address by now; take another one, or log in there."


def normalised(email: str) -> str:
    return email.strip().lower()


async def send_first_link(system: System, conn: Connection, account: Account, now: datetime) -> None:
    """Owe a new account the mail that confirms its address, in the transaction that makes it."""
    link = await links.issue(system, conn, account.account_id, purpose="confirm_email", email=account.email, now=now)
    await mails.owe_link(conn, link, "confirm_email", now)


async def send_again(system: System, identity: Identity, *, request_id: str) -> None:
    """Send another link to the present address; EmailConfirmed if none is needed, TooManyMails beyond the limit."""
    now = system.clock.now()
    async with system.db.transaction() as conn:
        account = await repository.lock_account(conn, identity.account_id)
        if account.email_verified_at is not None:
            raise EmailConfirmed
        await send_first_link(system, conn, account, now)
        actor = Actor(account.account_id, request_id)
        await record(conn, actor=actor, action="account.confirmation_asked", object_id=account.account_id, now=now)


async def ask_for_change(system: System, identity: Identity, *, email: str, password: str, request_id: str) -> None:
    """Send a link to a new address; nothing changes before it is used.

    Raises WrongPassword, TooManyTries, EmailTaken, TooManyMails, and InvalidRequest for the address it has.
    """
    wanted = normalised(email)
    await prove_password(system, identity, password, request_id=request_id)
    now = system.clock.now()
    async with system.db.transaction() as conn:
        account = await repository.lock_account(conn, identity.account_id)
        if wanted == account.email:
            raise InvalidRequest.field("body.email", "This is your address already; give another one.")
        if await repository.find_credentials(conn, wanted) is not None:
            raise EmailTaken(TAKEN)
        link = await links.issue(system, conn, account.account_id, purpose="confirm_email", email=wanted, now=now)
        await mails.owe_link(conn, link, "change_email", now)
        actor = Actor(account.account_id, request_id)
        await record(conn, actor=actor, action="account.email_change_asked", object_id=account.account_id, now=now)


async def confirm(system: System, token: str, *, request_id: str) -> None:
    """Make the link's address the confirmed address of its account, in whatever browser it is opened.

    Raises LinkRefused, and EmailTaken when another account took the address in the meantime; the link stays good then.
    """
    now = system.clock.now()
    try:
        async with system.db.transaction() as conn:
            link = await links.use(conn, token, "confirm_email", now)
            await _apply(conn, link, request_id, now)
    except UniqueViolation:
        raise EmailTaken(TAKEN) from None


async def _apply(conn: Connection, link: MailLink, request_id: str, now: datetime) -> None:
    account = await repository.get_account(conn, link.account_id)
    await repository.set_verified_email(conn, account.account_id, link.email, now)
    actor = Actor(account.account_id, request_id)
    if account.email == link.email:
        await record(conn, actor=actor, action="account.email_confirmed", object_id=account.account_id, now=now)
        return
    # What was sent to the old address opens nothing any more.
    await link_repository.void_open(conn, account.account_id, now)
    await mails.owe_email_notice(conn, link, account.email, now)
    await record(conn, actor=actor, action="account.email_changed", object_id=account.account_id, now=now)
