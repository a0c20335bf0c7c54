from system.context import System
from system.kit.db import Connection
from system.kit.problems import ServiceUnavailable
from system.payments import dispute_repository, repository
from system.payments.disputes import settle_dispute, takes_money
from system.payments.models import Payment
from system.processor.port import Disputed, Unknown
from system.subscriptions.ending import end_renewals
from system.subscriptions.models import StaleReadError
from system.webhooks.matching import actor_of
from system.webhooks.models import Effect, ParkedError, WebhookEvent


async def handle(system: System, event: WebhookEvent) -> Effect | None:
    """A cardholder has complained, or the bank has decided: the present state counts. A chargeback ends renewals."""
    dispute_id = str(event.object_id)
    async with system.db.statement() as conn:
        read_for = await dispute_repository.version_of(conn, dispute_id)
    dispute = await system.processor.retrieve_dispute(dispute_id)
    if isinstance(dispute, Unknown):
        raise ServiceUnavailable("The processor does not tell about its own event now; send the event again.")
    if dispute is None:
        raise ParkedError("the processor knows no such dispute")
    payment = await _payment_of(system, dispute)
    if payment.processor_invoice_id is not None and takes_money(dispute):
        await end_renewals(system, payment.processor_invoice_id, because=dispute_id, actor=actor_of(event))

    async def effect(conn: Connection) -> None:
        now = system.clock.now()
        payment_id, actor = payment.payment_id, actor_of(event)
        if not await settle_dispute(conn, payment_id, dispute, read_for=read_for, actor=actor, now=now):
            raise StaleReadError

    return effect


async def _payment_of(system: System, dispute: Disputed) -> Payment:
    async with system.db.statement() as conn:
        payment = await repository.find_by_charge(conn, dispute.charge_id)
        ours = dispute.customer_id is not None and await repository.is_customer(conn, dispute.customer_id)
    if payment is None and ours:
        raise ServiceUnavailable("The disputed charge is not recorded yet; send the event again.")
    if payment is None:
        raise ParkedError("the dispute is of no charge of ours")
    return payment
