"""Everything that we hold on a person, for the person: GDPR, articles 15 and 20."""

from system.accounts import export as accounts
from system.accounts.models import Identity
from system.audit import personal as audit
from system.audit.service import Actor, record
from system.context import System
from system.entitlements import personal as entitlements
from system.invoicing import personal as invoicing
from system.notifications import personal as notifications
from system.payments import personal as payments
from system.privacy.schemas import PersonalData
from system.subscriptions import personal as subscriptions


async def export(system: System, identity: Identity, *, request_id: str) -> PersonalData:
    """Read it all in one transaction, so that its parts agree; that it was read is recorded as well."""
    now = system.clock.now()
    account_id = identity.account_id
    async with system.db.transaction() as conn:
        actor = Actor(account_id, request_id)
        await record(conn, actor=actor, action="account.exported", object_id=account_id, now=now)
        held = await accounts.held(conn, account_id)
        return PersonalData.model_validate(
            {
                "exported_at": now,
                "account": held.account,
                "sessions": held.sessions,
                "identities": held.identities,
                "mailed_links": held.mailed_links,
                "second_factors": held.second_factors,
                "api_keys": held.api_keys,
                "payments": await payments.held_payments(conn, account_id),
                "refunds": await payments.held_refunds(conn, account_id),
                "disputes": await payments.held_disputes(conn, account_id),
                "invoices": await invoicing.held_invoices(conn, account_id),
                "grants": await entitlements.held_grants(conn, account_id),
                "subscriptions": await subscriptions.held_subscriptions(conn, account_id),
                "mails": await notifications.held_mails(conn, account_id),
                "audit_entries": await audit.rows_about(conn, account_id),
            }
        )
