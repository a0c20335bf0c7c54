"""The emulator's books balance after whatever was done, and say what the API says."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

import pytest
import stripe

from contract.emulator.payments import pay
from contract.emulator.running import Emulator, client_of, emulator

pytestmark = pytest.mark.proves("C1.3")

STEPS: Final = 60
CURRENCIES: Final = ("usd", "eur", "jpy", "kwd")
METHODS: Final = ("pm_card_visa", "pm_card_mastercard", "pm_card_visa_chargeDeclined", "pm_card_pendingRefund")


class Merchant:
    """Does something with money at random; refusals by the processor are part of the game."""

    def __init__(self, client: stripe.StripeClient, seed: int) -> None:
        self.client = client
        self.random = Random(seed)  # noqa: S311  a seeded choice of steps, repeatable from the failure message
        self.intents: list[str] = []
        self.done: list[str] = []

    def step(self) -> None:
        verb = self.random.choice([self.buy, self.buy, self.hold, self.capture, self.cancel, self.refund, self.refund])
        try:
            verb()
        except (stripe.CardError, stripe.InvalidRequestError) as refusal:
            self.done.append(f"{verb.__name__} refused: {refusal.code}")
        else:
            self.done.append(verb.__name__)

    def buy(self) -> None:
        self.intents.append(pay(self.client, self.random.choice(METHODS), self.amount(), self.currency()).id)

    def hold(self) -> None:
        held = pay(self.client, "pm_card_visa", self.amount(), self.currency(), capture_method="manual")
        self.intents.append(held.id)

    def capture(self) -> None:
        self.client.v1.payment_intents.capture(self.any_intent(), {"amount_to_capture": self.amount()})

    def cancel(self) -> None:
        self.client.v1.payment_intents.cancel(self.any_intent())

    def refund(self) -> None:
        self.client.v1.refunds.create({"payment_intent": self.any_intent(), "amount": self.amount()})

    def amount(self) -> int:
        # A multiple of ten, for currencies of three decimals take no other.
        return self.random.randrange(10, 1000) * 10

    def currency(self) -> str:
        return self.random.choice(CURRENCIES)

    def any_intent(self) -> str:
        return self.random.choice(self.intents or ["pi_none"])


@pytest.fixture(scope="module", name="stand_in")
def books_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Nobody else moves money here: the books hold what these histories did, and nothing more."""
    with emulator(tmp_path_factory.mktemp("books") / "emulator.log") as running:
        yield running


@pytest.fixture(scope="module")
def client(stand_in: Emulator) -> Iterator[stripe.StripeClient]:
    with client_of(stand_in) as its_client:
        yield its_client


@pytest.fixture(scope="module", params=[1, 2, 3], ids=lambda seed: f"seed{seed}")
def history(request: pytest.FixtureRequest, client: stripe.StripeClient) -> str:
    """What was done, for the message of a failure."""
    merchant = Merchant(client, request.param)
    for _ in range(STEPS):
        merchant.step()
    return f"seed {request.param}: {merchant.done}"


def test_every_transaction_and_every_account_sums_to_zero(stand_in: Emulator, history: str) -> None:
    books = stand_in.http.get("/_emulator/books").json()
    total = Counter[str]()
    for account in books["accounts"]:
        total[account["currency"]] += account["balance"]

    assert books["sum_zero"], history
    assert set(total.values()) == {0}, history


def test_a_transaction_nets_its_amount_less_its_fee(stand_in: Emulator, history: str) -> None:
    transactions = stand_in.control.books().transactions

    assert transactions
    assert [each for each in transactions if each.net != each.amount - each.fee] == [], history


def test_the_books_hold_what_was_captured_less_what_was_given_back(
    client: stripe.StripeClient, stand_in: Emulator, history: str
) -> None:
    moved = Counter[str]()
    for charge in client.v1.charges.list({"limit": 100}).auto_paging_iter():
        moved[charge.currency] += charge.amount_captured
    for refund in client.v1.refunds.list({"limit": 100}).auto_paging_iter():
        moved[refund.currency] -= refund.amount if refund.balance_transaction else 0
    booked = Counter[str]()
    for transaction in stand_in.control.books().transactions:
        booked[transaction.currency] += transaction.amount

    assert booked == moved, history


def test_the_balance_of_the_merchant_is_what_the_transactions_net(
    client: stripe.StripeClient, stand_in: Emulator, history: str
) -> None:
    net = Counter[str]()
    for transaction in stand_in.control.books().transactions:
        net[transaction.currency] += transaction.net
    balance = client.v1.balance.retrieve()
    held = Counter[str]()
    for available in balance.available:
        held[available.currency] += available.amount
    for pending in balance.pending:
        held[pending.currency] += pending.amount

    assert {currency: held[currency] for currency in net} == dict(net), history


def test_no_charge_gave_back_more_than_it_took(client: stripe.StripeClient, history: str) -> None:
    overdrawn = [
        charge.id
        for charge in client.v1.charges.list({"limit": 100}).auto_paging_iter()
        if charge.captured and charge.amount_refunded > charge.amount
    ]

    assert overdrawn == [], history


def test_the_api_lists_every_transaction_of_the_books(
    client: stripe.StripeClient, stand_in: Emulator, history: str
) -> None:
    listed = client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter()
    booked = stand_in.control.books().transactions

    assert {each.id for each in listed} == {each.id for each in booked}, history
