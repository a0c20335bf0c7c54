"""The second factor of an account. The secret and the recovery codes are shown by the answer to a form, once."""

from collections.abc import Mapping
from typing import Any

import segno
from fastapi import APIRouter, Request, Response

from system.accounts.identity import PageCaller
from system.accounts.models import Identity
from system.accounts.problems import TooManyTries, WrongPassword
from system.accounts.second_factor import switching
from system.accounts.second_factor.problems import EmailNotConfirmed, SecondFactorOff, SecondFactorOn, WrongCode
from system.accounts.second_factor.schemas import FirstCode, Proofs, SetUp
from system.kit.http import RequestId
from system.kit.problems import Problem
from system.web.fields import parsed
from system.web.guard import Posted
from system.web.notices import Told, notice
from system.web.rendering import AtDesk, Desk, go

router = APIRouter(include_in_schema=False)

HERE = "/account/second-factor"
_MALFORMED = 422
_NOTHING: Mapping[str, str] = {}


@router.get(HERE)
async def show(at: AtDesk, reader: PageCaller, told: Told = None) -> Response:
    return await _standing(at, reader, notice=notice(told))


@router.post(f"{HERE}/setup")
async def set_up(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    body, faults = parsed(SetUp, fields)
    if body is None:
        return await _standing(at, reader, status=_MALFORMED, faults=faults)
    try:
        made = await switching.set_up(at.system, reader, body.password, request_id=RequestId.of(request))
    except (WrongPassword, TooManyTries) as refused:
        return await _refused(at, reader, refused)
    except (EmailNotConfirmed, SecondFactorOn):
        return go(HERE)
    return at.page("second_factor_setup.html", qr=_qr(made.uri), secret=_grouped(made.secret), faults={})


@router.post(f"{HERE}/enable")
async def enable(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    body, faults = parsed(FirstCode, fields)
    if body is None:
        return _code_again(at, faults, status=_MALFORMED)
    try:
        fresh = await switching.enable(at.system, reader, body.code, request_id=RequestId.of(request))
    except (WrongCode, TooManyTries) as refused:
        return _code_again(at, {"code": f"{refused.title}. {refused.detail}"}, status=refused.status)
    except SecondFactorOn:
        return go(HERE)
    except SecondFactorOff:
        return go(f"{HERE}?told=setup-expired")
    return at.page("recovery_codes.html", codes=fresh, just_enabled=True)


@router.post(f"{HERE}/recovery-codes")
async def renew_recovery_codes(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    body, faults = parsed(Proofs, fields)
    if body is None:
        return await _standing(at, reader, status=_MALFORMED, renewal_faults=faults)
    try:
        fresh = await switching.renew_recovery_codes(
            at.system, reader, body.password, body.code, request_id=RequestId.of(request)
        )
    except (WrongPassword, WrongCode, TooManyTries) as refused:
        return await _refused(at, reader, refused, form="renewal_faults")
    except SecondFactorOff:
        return go(HERE)
    return at.page("recovery_codes.html", codes=fresh, just_enabled=False)


@router.post(f"{HERE}/disable")
async def disable(at: AtDesk, reader: PageCaller, fields: Posted, request: Request) -> Response:
    body, faults = parsed(Proofs, fields)
    if body is None:
        return await _standing(at, reader, status=_MALFORMED, faults=faults)
    try:
        await switching.disable(at.system, reader, body.password, body.code, request_id=RequestId.of(request))
    except (WrongPassword, WrongCode, TooManyTries) as refused:
        return await _refused(at, reader, refused)
    except SecondFactorOff:
        return go(HERE)
    return go(f"{HERE}?told=second-factor-off")


async def _refused(at: Desk, reader: Identity, refused: Problem, *, form: str = "faults") -> Response:
    """Show the page again, with the refusal beside the field that it is of."""
    name = "code" if isinstance(refused, WrongCode) else "password"
    words = f"{refused.title}. {refused.detail}"
    page = await _standing(at, reader, status=refused.status, **{form: {name: words}})
    page.headers.update(refused.headers)
    return page


async def _standing(at: Desk, reader: Identity, *, status: int = 200, **more: Any) -> Response:  # noqa: ANN401 - see Desk.page
    shown: dict[str, Any] = {"notice": None, "faults": _NOTHING, "renewal_faults": _NOTHING, **more}
    standing = await switching.standing(at.system, reader)
    return at.page("second_factor.html", status=status, standing=standing, **shown)


def _code_again(at: Desk, faults: Mapping[str, str], *, status: int) -> Response:
    """Ask for the first code again without the secret: it was shown, and whoever has lost it begins anew."""
    return at.page("second_factor_setup.html", status=status, qr=None, secret=None, faults=faults)


def _qr(uri: str) -> str:
    """Return the image itself as an address, for no other request may carry the secret."""
    return segno.make(uri, error="m").svg_data_uri(border=4, light="#fff", omitsize=True)


def _grouped(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
