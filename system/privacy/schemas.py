from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from system.accounts.api_keys.schemas import ApiKeyOut
from system.accounts.schemas import AccountOut, GivenPassword
from system.kit.http import Body

Instant = Annotated[datetime, Field(examples=["2026-11-23T15:04:05Z"])]
Never = Annotated[datetime | None, Field(examples=[None])]
Amount = Annotated[int, Field(description="In minor units of the currency.", examples=[4900])]
CurrencyCode = Annotated[str, Field(examples=["usd"])]
PaymentId = Annotated[str, Field(examples=["pay_06h0j64n3deykgwc9v0s35z45n"])]
ItemId = Annotated[str, Field(examples=["itm_course_python"])]


class Held(BaseModel):
    """Base of what is held: read from the rows as they are."""

    model_config = ConfigDict(from_attributes=True)


class HeldSession(Held):
    """A log-in, open or ended."""

    session_id: str = Field(examples=["ses_06h0j64n3deykgwc9v0s35z45n"])
    kind: str = Field(examples=["cookie"])
    user_agent: str = Field(examples=["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"])
    created_at: Instant
    used_at: Instant
    expires_at: Instant
    revoked_at: Never
    revoked_because: str | None = Field(examples=[None])


class HeldIdentity(Held):
    """A log-in elsewhere that opens the account."""

    issuer: str = Field(examples=["https://id.example.com"])
    subject: str = Field(examples=["7f3a"])
    email: str = Field(examples=["ada@example.com"])
    linked_at: Instant
    used_at: Never


class HeldLink(Held):
    """A link that was mailed to confirm an address or to set a password."""

    purpose: str = Field(examples=["confirm_email"])
    email: str = Field(examples=["ada@example.com"])
    issued_at: Instant
    expires_at: Instant
    closed_at: Never


class HeldFactor(Held):
    """A second factor; its secret is sealed and not among this."""

    set_up_at: Instant
    enabled_at: Never


class HeldPayment(Held):
    payment_id: PaymentId
    item_name: str = Field(examples=["Python from the ground up"])
    amount: Amount
    currency: CurrencyCode
    status: str = Field(examples=["succeeded"])
    refunded_amount: Amount
    processor_payment_id: str | None = Field(examples=["pi_3Q9aXb"])
    created_at: Instant


class HeldRefund(Held):
    refund_id: str = Field(examples=["rfd_06h0j64n3deykgwc9v0s35z45n"])
    payment_id: PaymentId
    amount: Amount
    currency: CurrencyCode
    reason: str | None = Field(examples=["requested_by_customer"])
    note: str | None = Field(examples=[None])
    status: str = Field(examples=["succeeded"])
    created_at: Instant


class HeldDispute(Held):
    """A payment that its cardholder has contested at the bank."""

    payment_id: PaymentId
    amount: Amount
    currency: CurrencyCode
    status: str = Field(examples=["won"])
    reason: str = Field(examples=["fraudulent"])
    created_at: Instant


class HeldInvoice(Held):
    """A document that was issued to the person, with the name and address of then."""

    number: str = Field(examples=["INV-2026-000001"])
    kind: str = Field(examples=["invoice"])
    buyer_name: str = Field(examples=["Ada Lovelace"])
    buyer_email: str = Field(examples=["ada@example.com"])
    amount: Amount
    currency: CurrencyCode
    paid_with: str | None = Field(examples=["visa 4242"])
    issued_at: Instant


class HeldGrant(Held):
    """A right to use something, and the payment that gave it."""

    item_id: ItemId
    payment_id: PaymentId
    granted_at: Instant
    revoked_at: Never
    revoked_because: str | None = Field(examples=[None])


class HeldSubscription(Held):
    subscription_id: str = Field(examples=["sub_06h0j64n3deykgwc9v0s35z45n"])
    price_id: str = Field(examples=["prc_pro_month"])
    status: str = Field(examples=["active"])
    period_start: Never
    period_end: Never
    card_brand: str | None = Field(examples=["visa"])
    card_last4: str | None = Field(examples=["4242"])
    card_expires: str | None = Field(examples=["12/2034"])
    created_at: Instant
    ended_at: Never


class HeldMail(Held):
    """A mail that was sent, or is owed; `address` is where it goes if that is not the account's own."""

    template: str = Field(examples=["receipt"])
    address: str | None = Field(examples=[None])
    facts: dict[str, Any] = Field(examples=[{"item_name": "Python from the ground up"}])
    created_at: Instant
    sent_at: Never


class HeldAuditEntry(Held):
    """What the person did, or what was done to the account."""

    audit_id: str = Field(examples=["aud_06h0j64n3deykgwc9v0s35z45n"])
    actor_id: str = Field(examples=["usr_06h0j64n3deykgwc9v0s35z45n"])
    action: str = Field(examples=["account.logged_in"])
    object_id: str = Field(examples=["usr_06h0j64n3deykgwc9v0s35z45n"])
    details: dict[str, Any] = Field(examples=[{"by": "password"}])
    recorded_at: Instant


class PersonalData(BaseModel):
    """Everything that is held on one person. Passwords, tokens and codes are stored as hashes, and are not among it."""

    exported_at: Instant
    account: AccountOut
    sessions: list[HeldSession]
    identities: list[HeldIdentity]
    mailed_links: list[HeldLink]
    second_factors: list[HeldFactor]
    api_keys: list[ApiKeyOut]
    payments: list[HeldPayment]
    refunds: list[HeldRefund]
    disputes: list[HeldDispute]
    invoices: list[HeldInvoice]
    grants: list[HeldGrant]
    subscriptions: list[HeldSubscription]
    mails: list[HeldMail]
    audit_entries: list[HeldAuditEntry]


class ErasureOrder(Body):
    """The password is left out by an account that has none; that one must have logged in within ten minutes."""

    password: Annotated[GivenPassword | None, Field(description="The present password.")] = None
