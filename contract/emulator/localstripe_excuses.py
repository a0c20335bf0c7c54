"""Why a section of localstripe's script does not hold here, where that is no fault of the emulator.

Each excuse is for one thing: both its patterns have to match, the one the section's own text, the other the call that
the section ended at, with its answer ("POST /v1/customers email=ada 400 {...}"). Whatever matches none has failed.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["old", "gone", "refused", "own"]
KINDS: Final[dict[Kind, str]] = {
    "old": "about plans, sources or tokens",
    "gone": "gone from the API",
    "refused": "Stripe refuses",
    "own": "a value that only localstripe has",
}
_CHANGES: Final = "docs.stripe.com/changelog"
_BASIL: Final = f"{_CHANGES}/basil/2025-03-31"


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
        "gone",
        "the total_count of a list",
        f"2025-03-31.basil, {_BASIL}/deprecate-total-count-expansion",
        r"total_count",
        r'^GET \S+ None 200 \{"object":"list"',
    ),
    Excuse(
        "gone",
        "GET /v1/invoices/upcoming",
        f"2025-03-31.basil, {_BASIL}/invoice-preview-api-deprecations",
        r"/v1/invoices/upcoming\?",
        r"^GET /v1/invoices/upcoming\?",
    ),
    Excuse(
        "gone",
        "the preview for a customer as a whole",
        f"2025-03-31.basil, {_BASIL}/invoice-preview-api-deprecations",
        r"/v1/invoices/create_preview \\\n +-d customer=\$cus\)?\n",
        r"^POST /v1/invoices/create_preview customer=\w+ 400 .*not for a customer as a whole",
    ),
    Excuse(
        "gone",
        "an invoice's payment_intent and charge",
        f"2025-03-31.basil, {_BASIL}/add-support-for-multiple-partial-payments-on-invoices",
        r"expand\[\]=(latest_invoice\.payment_intent|data\.charge)\.",
        r" 400 .*cannot be expanded \((latest_invoice\.payment_intent|data\.charge)\)",
    ),
    Excuse(
        "gone",
        "the charges of a PaymentIntent",
        f"2022-11-15, {_CHANGES}/2022-11-15/removes-charges-attribute-paymentintent",
        r'/v1/payment_intents.*grep -oE \'"(captured": true|amount_refunded": \d+),\'',
        r"^(GET|POST) /v1/payment_intents(/\w+(/capture)?)? .* 200 \{",
    ),
    Excuse(
        "gone",
        "pending items on an invoice that does not ask for them",
        f"2022-08-01, {_CHANGES}/2022-08-01/removes-include-require-value-invoices",
        r"in=\$\(curl [^\n]*/v1/invoices \\\n +-d customer=\$cus\)\ngrep -q",
        r"^POST /v1/invoices customer=\w+ 200 \{",
    ),
    Excuse(
        "gone",
        "a customer's sources where nothing expands them",
        f"2020-08-27, {_CHANGES}/2020-08-27/deprecates-auto-expansion-customer-sources",
        r"# observe new card in customer response\n",
        r"^GET /v1/customers/\w+ None 200 \{",
    ),
    Excuse(
        "gone",
        "the attributes of a product of type good",
        "no parameter of stripe 16.1.0, params/_product_create_params.py",
        r"-d type=good .*-d attributes\[\]=size",
        r"^POST /v1/products .* 400 .*unknown parameter: attributes",
    ),
    Excuse(
        "old",
        "the Sources API",
        "docs.stripe.com/sources",
        r"/v1/sources\b",
        r"^POST /v1/sources .* 404 .*Unrecognized request URL",
    ),
    Excuse(
        "old",
        "the hash that localstripe makes of a source's card",
        "api/cards/object: a fingerprint is opaque",
        r"/v1/customers/\$cus/cards .*fingerprint\": \"[0-9a-f]{16}\"",
        r"^POST /v1/customers/\w+/sources \S+ 200 \{",
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
        "refused",
        "a proration date of 2017 and an item of nobody's subscription",
        "api/invoices/create_preview: within the current period",
        r"\[id\]=si_RBrVStcKDimMnp",
        r"^POST /v1/invoices/create_preview .* 400 .*within the current billing period",
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
        "a payout in euros to an American account that holds none",
        "api/payouts/create: the balance must cover it",
        r"/v1/payouts \\\n +-d amount=1100 \\\n +-d currency=eur \\\n +\| grep",
        r"^POST /v1/payouts amount=1100&currency=eur 400 .*external accounts in that currency \(eur\)",
    ),
    Excuse(
        "refused",
        "404 for a parameter that names nothing",
        "404 is for what the path names, 400 for what a parameter names",
        r"payment_method='pm_doesnotexist'",
        r"^POST /v1/customers .*payment_method=pm_doesnotexist 400 .*No such PaymentM",
    ),
    Excuse(
        "refused",
        "credit of an American account's customer for a plan in euros",
        "docs.stripe.com/invoicing/multi-currency-customers; localstripe's account is in euros",
        r"items\[0\]\[plan\]=basique-mensuel .*amount_due\": ",
        r"^POST /v1/subscriptions .* 400 .*no attached payment source",
    ),
    Excuse(
        "own",
        "the hash that localstripe makes of a card's number",
        "api/payment_methods/object: a fingerprint is opaque",
        r"/v1/payment_methods \\\n.*fingerprint\": \"[0-9a-f]{16}\"",
        r"^POST /v1/payment_methods \S+ 200 \{",
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
