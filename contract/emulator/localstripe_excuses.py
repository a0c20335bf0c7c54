"""Why a section of localstripe's script does not hold here, where that is no fault of the emulator.

Each excuse is for one thing: both its patterns have to match, the one the section's own text, the other the call that
the section ended at, with its answer ("POST /v1/customers email=ada 400 {...}"). Whatever matches none has failed.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["old", "refused", "own"]
KINDS: Final[dict[Kind, str]] = {
    "old": "about plans, sources or tokens",
    "refused": "Stripe refuses",
    "own": "a value that only localstripe has",
}
_CHANGES: Final = "docs.stripe.com/changelog"


@dataclass(frozen=True, slots=True)
class Excuse:
    """`source` says since which API version, or where Stripe says so."""

    kind: Kind
    reason: str
    source: str
    text: str
    ended_at: str

    def holds(self, text: str, ended_at: str) -> bool:
        return bool(re.search(self.text, text, re.DOTALL) and re.search(self.ended_at, ended_at, re.DOTALL))


EXCUSES: Final = (
    Excuse(
        "old",
        "the Sources API",
        "docs.stripe.com/sources",
        r"/v1/sources\b",
        r"^POST /v1/sources .* 404 .*Unrecognized request URL",
    ),
    Excuse(
        "old",
        "a plan of another interval beside the first, which the emulator does not serve",
        f"mixed intervals came with 2025-07-30.basil, {_CHANGES}/basil/2025-07-30/support-mixed-intervals",
        r"-d items\[0\]\[plan\]=annual-tiered-volume\)",
        r"^POST /v1/subscriptions/\w+ \S+ 400 .*mixed intervals",
    ),
    Excuse(
        "old",
        "a source of another customer in the place of a PaymentMethod",
        "the card was made for the customer before",
        r"payment_method=\$bad_card",
        r"^POST /v1/payment_intents .*payment_method=card_.* 400 .*must be attached",
    ),
    Excuse(
        "old",
        "the customer of a saved card that is charged without naming the customer",
        "api/charges/create: a card needs its customer named; localstripe finds it by the card",
        r"/v1/charges\?customer=\$cus.*total_count",
        r'^GET /v1/charges\?customer=\S+ None 200 .*"total_count":0,',
    ),
    Excuse(
        "refused",
        "a proration date of 2017 and an item of nobody's subscription",
        "api/invoices/create_preview: within the current period",
        r"\[id\]=si_RBrVStcKDimMnp",
        r"^(POST /v1/invoices/create_preview|GET /v1/invoices/upcoming\?).* 400 .*within the current billing period",
    ),
    Excuse(
        "refused",
        "cancelling a SetupIntent that has succeeded",
        "api/setup_intents/cancel names the statuses",
        r"/v1/setup_intents/\$seti/cancel -X POST\n",
        r"^POST /v1/setup_intents/\w+/cancel .* 400 .*status of succeeded",
    ),
    Excuse(
        "refused",
        "setting up the PaymentMethod that was detached",
        "api/payment_methods/detach: it can no longer be used",
        r"-d payment_method=\$pm_card_okay \\\n",
        r"^POST /v1/setup_intents/\w+/confirm .* 400 .*was detached from a Customer",
    ),
    Excuse(
        "refused",
        "404 for a parameter that names nothing",
        "404 is for what the path names, 400 for what a parameter names",
        r"payment_method='pm_doesnotexist'",
        r"^POST /v1/customers .*payment_method=pm_doesnotexist 400 .*No such PaymentM",
    ),
    Excuse(
        "own",
        "fewer than a hundred events in all",
        "localstripe knows some ten types of events",
        r"events\?limit=100",
        r"^GET /v1/events\?starting_after=evt_\w+ None 200 \{",
    ),
)


def excuse_for(text: str, ended_at: str) -> Excuse | None:
    return next((each for each in EXCUSES if each.holds(text, ended_at)), None)
