from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from system.accounts.devices import device
from system.accounts.identity import Visitor
from system.accounts.models import Identity
from system.context import Context, System
from system.kit.ids import new_secret
from system.kit.money import EXPONENTS, Money
from system.kit.wording import moment
from system.web.guard import TOKEN_FIELD, form_holder, form_token, visitor_cookie_name

BRAND = "Lyceum"
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
_SEE_OTHER = 303


def price(amount: int, currency: str) -> str:
    """Write minor units for a reader: `$49.00`, `¥500`, `5.250 KWD`."""
    number = str(Money(amount, currency)).split(" ", maxsplit=1)[0]
    whole, _, fraction = number.partition(".")
    grouped = f"{int(whole):,}" + (f".{fraction}" if fraction else "")
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{grouped}" if symbol else f"{grouped} {currency.upper()}"


def bare_amount(amount: int, currency: str) -> str:
    """Write minor units as an amount field takes them: `49.00`."""
    return str(Money(amount, currency)).split(" ", maxsplit=1)[0]


def amount_step(currency: str) -> str:
    exponent = EXPONENTS[currency]
    return f"0.{'0' * (exponent - 1)}1" if exponent else "1"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "price": price,
    "bare_amount": bare_amount,
    "step": amount_step,
    "moment": moment,
    "device": device,
}
_ENVIRONMENT.globals["brand"] = BRAND


_NEXT_STEPS = {
    "not-found": "The address has a mistake in it, or the page belongs to another account.",
    "forbidden": "Go back, reload the page and try again.",
    "invalid-request": "Something in the address or the form was not as we made it. Go back, reload and try again.",
    "subscribe-instead": "This is a plan. Choose it among the plans, by the month or by the year.",
    "payment-declined": "Nothing was charged. Go back to the course and try another card.",
    "price-changed": "The price changed while you were deciding. Nothing was charged; look at the new price first.",
    "already-owned": "You have paid for this already, so we did not charge you again.",
    "payment-open": "You have begun to pay for this in another tab. Finish there; nothing is charged twice.",
    "idempotency-in-progress": "Your payment is still at work. Look at your payments in a moment; do not pay again.",
    "idempotency-mismatch": "This form was used before for something else. Go back, reload the page and try again.",
    "processor-unavailable": "Our card processor does not answer. Nothing was charged; try again in a minute.",
    "service-unavailable": "A part of our house does not answer. Nothing was charged; try again in a minute.",
    "subscription-exists": "You have a subscription already, or began one in another tab. Nothing was charged twice.",
    "no-subscription": "You have no plan at present. Choose one to begin.",
    "not-a-plan": "This is not one of our plans. Choose among those on the page of prices.",
    "same-plan": "This is the plan that you have, or that begins with your next period. Nothing has to be done.",
    "quote-expired": "The price that you saw no longer holds, and nothing was charged. This is what it costs now.",
    "change-open": "Something else is being done with your plan. Look at it in a moment, then try again.",
    "payment-past-due": "Your last renewal is not paid yet. Pay it, or use another card; then you can change the plan.",
    "trial-used": "You have had your free trial. You can begin with a paid period at once.",
    "payload-too-large": "That was more than we can take. Send less.",
}
"""What a person does next, by problem: the API's own words speak of headers and keys."""


_LOCKED = frozenset({"feature-locked", "course-locked", "quota-exceeded"})
"""Refusals with something to choose: their page says what would open it."""


_WAYS: Mapping[str, tuple[str, str]] = {
    "subscription-exists": ("/subscription", "See your plan"),
    "no-subscription": ("/pricing#plans", "See the plans"),
    "not-a-plan": ("/pricing#plans", "See the plans"),
    "same-plan": ("/subscription", "See your plan"),
    "quote-expired": ("/subscription", "See your plan"),
    "change-open": ("/subscription", "See your plan"),
    "change-refused": ("/subscription", "See your plan"),
    "payment-past-due": ("/subscription", "See your plan"),
    "trial-used": ("/pricing#plans", "See the plans"),
}
"""Where a person goes from a problem with a plan."""

_SAID_WELL = frozenset({"payment-declined", "change-refused"})
"""Of a plan, these say in the API's own words what the card's bank or the plan's state is against."""


def for_a_subscriber(problem: Mapping[str, Any]) -> str:
    """Say what was wrong with a change of a plan."""
    return str(problem["detail"]) if _slug(problem) in _SAID_WELL else for_a_person(problem)


def for_a_person(problem: Mapping[str, Any]) -> str:
    return _NEXT_STEPS.get(_slug(problem), str(problem["detail"]))


def _slug(problem: Mapping[str, Any]) -> str:
    return str(problem["type"]).rsplit("/", maxsplit=1)[-1]


def rendered(template: str, context: Mapping[str, Any]) -> str:
    return _ENVIRONMENT.get_template(template).render(context)


@dataclass(slots=True)
class Desk:
    """Where a page is made: who reads it, and the token that its forms carry."""

    request: Request
    system: System
    reader: Identity | None
    _planted: str | None = field(default=None)

    def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401 - a template takes anything
        settings = self.system.settings
        shared = {
            "reader": self.reader,
            "path": self.request.url.path,
            "csrf": self._csrf_field,
            "provider": settings.oidc_name if settings.oidc_issuer else None,
        }
        response = HTMLResponse(rendered(template, shared | context), status_code=status)
        if self._planted is not None:
            set_cookie(response, self.system, visitor_cookie_name(self.system.settings), self._planted)
        return response

    def problem(self, problem: Mapping[str, Any]) -> HTMLResponse:
        """Tell a person what a program would be told, in words that a person can follow."""
        words = for_a_person(problem)
        template = "locked.html" if _slug(problem) in _LOCKED else "problem.html"
        way = _WAYS.get(_slug(problem))
        return self.page(template, status=int(problem["status"]), problem={**problem, "detail": words}, way=way)

    def _csrf_field(self) -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, self._csrf_token())

    def _csrf_token(self) -> str:
        """Return the token for this browser; one without any cookie gets the cookie that the token is bound to."""
        settings = self.system.settings
        holder = form_holder(self.request, settings) or self._planted
        if not holder:
            holder = self._planted = new_secret()
        return form_token(settings, holder)


async def desk(request: Request, system: Context, reader: Visitor) -> Desk:
    return Desk(request, system, reader)


AtDesk = Annotated[Desk, Depends(desk)]


def go(path: str) -> RedirectResponse:
    """Answer a form by another page, so that reloading it sends nothing again."""
    return RedirectResponse(path, status_code=_SEE_OTHER)


def go_to_login(request: Request) -> RedirectResponse:
    """Ask for a log-in, and come back where the reader wanted to be; a form is not sent again by itself."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return go("/login" if request.method != "GET" or wanted == "/" else f"/login?next={quote(wanted, safe='')}")


def own_path(wanted: str | None) -> str:
    """Return where to go after a log-in: a path of ours, whatever the link said."""
    if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable():
        return wanted
    return "/pricing"


def set_cookie(
    response: HTMLResponse | RedirectResponse, system: System, name: str, value: str, *, days: int | None = None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=days * 86_400 if days else None,
        path="/",
        secure=system.settings.public_url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
