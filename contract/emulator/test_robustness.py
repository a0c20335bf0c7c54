"""Whatever a client sends, the emulator answers with a result or with a refusal, and its books stay whole."""

import re
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlencode

import pytest
import stripe

from contract.emulator.payments import RETURN_URL, pay
from contract.emulator.running import API_KEY, Emulator
from contract.emulator.shapes import violations

pytestmark = pytest.mark.proves("C1.3")

CALLS: Final = 800
VALUES: Final = (
    *("", "0", "-1", "1", "50", "2000", "9" * 30, "1.5", "true", "false", "usd", "kwd", "card", "manual", "automatic"),
    *("pm_card_visa", "pm_card_authenticationRequired", "pm_card_visa_chargeDeclined", "payment", "\x00", "%", "ü€😀"),
    *("https://merchant.example/", "javascript:1", "[]", "{}", "null", "a" * 6000),
)


def parameter_names() -> dict[str, list[str]]:
    """What the SDK can send, by the noun of the file that declares it."""
    spec = find_spec("stripe.params")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    names: dict[str, set[str]] = {}
    for path in Path(spec.submodule_search_locations[0]).rglob("_*_params.py"):
        noun = path.stem.removeprefix("_").removesuffix("_params").rpartition("_")[0]
        names.setdefault(noun, set()).update(re.findall(r"^    (\w+): ", path.read_text(), re.MULTILINE))
    return {noun: sorted(found) for noun, found in names.items()}


class Vandal:
    """Calls routes at random with parameters at random, on objects that exist and on others."""

    def __init__(self, stand_in: Emulator, ids: list[str], seed: int) -> None:
        self.stand_in = stand_in
        self.ids = ids
        self.random = Random(seed)  # noqa: S311  a seeded choice, repeatable from the failure message
        self.names = parameter_names()
        self.routes: list[str] = stand_in.http.get("/_emulator/health").json()["routes"]

    def call(self) -> tuple[str, int]:
        """What was called, and the status."""
        method, path = self.random.choice(self.routes).split(" ")
        path = re.sub(r"\{id\}", lambda _: self.random.choice([*self.ids, "nobody"]), path)
        nouns = [word.removesuffix("s") for word in path.split("/")[2:]]
        form = urlencode(self.form(next((noun for noun in nouns if noun in self.names), "payment_intent")))
        target, content = (path, form) if method == "POST" else (f"{path}?{form}", None)
        headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/x-www-form-urlencoded"}
        reply = self.stand_in.http.request(method, target, content=content, headers=headers)
        assert isinstance(reply.json(), dict)
        return f"{method} {path} {form}", reply.status_code

    def form(self, noun: str) -> list[tuple[str, str]]:
        names = self.names[noun]
        return [(self.name(names), self.value()) for _ in range(self.random.choice([0, 0, 1, 1, 2]))]

    def name(self, names: list[str]) -> str:
        name = self.random.choice(names)
        for _ in range(self.random.choice([0, 0, 0, 0, 1, 2])):
            name += f"[{self.random.choice(['', '0', *names])}]"
        return name

    def value(self) -> str:
        return self.random.choice([*VALUES, *self.ids])


@pytest.fixture(scope="module")
def ids(client: stripe.StripeClient) -> list[str]:
    """One object of each kind and of each state that matters."""
    customer = client.v1.customers.create({"email": "vandal@example.com"})
    paid = pay(client)
    held = pay(client, capture_method="manual")
    asked = pay(client, "pm_card_authenticationRequired", return_url=RETURN_URL)
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 10})
    setup = client.v1.setup_intents.create({"customer": customer.id})
    event = client.v1.events.list({"limit": 1}).data[0]
    objects = (customer, paid, held, asked, refund, setup, event)
    return [*(str(each.id) for each in objects), str(paid.latest_charge), str(paid.payment_method)]


@pytest.mark.parametrize("seed", [1, 2])
def test_no_call_is_a_fault_of_the_server(stand_in: Emulator, ids: list[str], seed: int) -> None:
    vandal = Vandal(stand_in, ids, seed)
    outcomes = [vandal.call() for _ in range(CALLS)]
    faults = [call for call, status in outcomes if status >= 500]

    assert faults == [], f"seed {seed}"
    # A vandal that is refused at every door has proven nothing.
    assert sum(status == 200 for _, status in outcomes) > CALLS / 20
    assert stand_in.http.get("/_emulator/books").json()["sum_zero"]


def test_every_event_ever_told_has_an_object_of_its_declared_shape(stand_in: Emulator, ids: list[str]) -> None:
    told = [event for event in stand_in.control.events() if event["data"]["object"]["object"] in SHAPES]
    wrong = {
        f"{event['type']}: {line}"
        for event in told
        for line in violations(event["data"]["object"], SHAPES[event["data"]["object"]["object"]])
    }

    assert len(told) > len(ids) // 2
    assert wrong == set()


SHAPES: Final[dict[str, type[stripe.StripeObject]]] = {
    declared.OBJECT_NAME: declared
    for declared in (
        *(stripe.PaymentIntent, stripe.Charge, stripe.Refund, stripe.Customer, stripe.PaymentMethod),
        *(stripe.SetupIntent, stripe.checkout.Session),
    )
}
