"""Connected accounts as the suites use them: open, waiting for answers, and with money to move."""

from collections.abc import Iterable
from typing import Any, Final

import stripe

from contract.emulator.payments import pay

CAPABILITIES: Final[Any] = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
BANK: Final[Any] = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "routing_number": "110000000",
    "account_number": "000123456789",
}
INDIVIDUAL: Final[Any] = {
    "first_name": "Jenny",
    "last_name": "Rosen",
    "email": "jenny.rosen@example.com",
    "phone": "+15555550100",
    "ssn_last_4": "0000",
    "dob": {"day": 1, "month": 1, "year": 1901},
    "address": {"line1": "address_full_match", "city": "San Francisco", "state": "CA", "postal_code": "94103"},
}
ANSWERS: Final[Any] = {
    "business_type": "individual",
    "business_profile": {"mcc": "8299", "url": "https://courses.example"},
    "tos_acceptance": {"date": 1609798905, "ip": "8.8.8.8"},
    "external_account": BANK,
    "individual": INDIVIDUAL,
}
MANUAL: Final[Any] = {"payouts": {"schedule": {"interval": "manual"}}}


def account_in(client: stripe.StripeClient, **params: Any) -> stripe.Account:  # noqa: ANN401 - parameters of a call
    """A custom account in the United States that asked for card payments and transfers."""
    whole: Any = {"type": "custom", "country": "US", "capabilities": CAPABILITIES} | params
    return client.v1.accounts.create(whole)


def opened(client: stripe.StripeClient, **params: Any) -> str:  # noqa: ANN401 - parameters of a call
    """The id of an account that may do everything, and is paid out by hand."""
    account = account_in(client, **({"settings": MANUAL} | ANSWERS | params))
    assert account.payouts_enabled, account.requirements
    return account.id


def acting_for(account: str | None) -> Any:  # noqa: ANN401 - an option of every call
    """The option of a call that is made for a connected account; none for the platform's own."""
    return {"stripe_account": account} if account else {}


def fund(client: stripe.StripeClient, amount: int, account: str | None = None) -> None:
    """Make more than `amount` minor units available at once."""
    options = acting_for(account)
    client.v1.payment_intents.create(
        {
            "amount": amount * 2,
            "currency": "usd",
            "confirm": True,
            "payment_method": "pm_card_bypassPending",
            "allowed_payment_method_types": ["card"],
        },
        options,
    )


def balance(client: stripe.StripeClient, account: str | None = None) -> tuple[int, int]:
    """Available and pending minor units of US dollars."""
    options = acting_for(account)
    sheet = client.v1.balance.retrieve({}, options)
    return _of_dollars(sheet.available), _of_dollars(sheet.pending)


def _of_dollars(lines: Iterable[Any]) -> int:
    return sum(line.amount for line in lines if line.currency == "usd")


def paid_on(client: stripe.StripeClient, destination: str, amount: int = 10_000, **more: Any) -> stripe.Charge:  # noqa: ANN401 - parameters of a call
    """The charge of a payment whose money goes on to `destination`."""
    data = {"destination": destination} | more.pop("transfer_data", {})
    intent = pay(client, amount=amount, transfer_data=data, **more)
    return client.v1.charges.retrieve(str(intent.latest_charge))


def kinds_of(client: stripe.StripeClient, source: str, account: str | None = None) -> list[tuple[str, int, int]]:
    """Type, amount and fee of the balance transactions about an object."""
    options = acting_for(account)
    rows = client.v1.balance_transactions.list({"source": source}, options).data
    return [(row.type, row.amount, row.fee) for row in rows]
