"""The second step of a log-in: the form for a code."""

from fastapi import APIRouter, Request, Response

from system.accounts.access import public
from system.accounts.admission import pass_second_factor
from system.accounts.identity import origin_of
from system.accounts.problems import TooManyTries
from system.accounts.second_factor.problems import ChallengeEnded, WrongCode
from system.accounts.second_factor.schemas import Code
from system.web.account_pages import Next
from system.web.entrance import SECOND_STEP, challenge_cookie_name, forget, welcomed
from system.web.fields import parsed
from system.web.guard import Posted
from system.web.rendering import AtDesk, Desk, go, own_path

router = APIRouter(include_in_schema=False)

_MALFORMED = 422


@router.get(SECOND_STEP, dependencies=[public])
async def show_second_step(at: AtDesk, wanted: Next = None) -> Response:
    return _form(at, own_path(wanted), {})


@router.post(SECOND_STEP, dependencies=[public])
async def take_second_step(at: AtDesk, fields: Posted, request: Request) -> Response:
    wanted = own_path(fields.get("next"))
    body, faults = parsed(Code, fields)
    if body is None:
        return _form(at, wanted, faults, status=_MALFORMED)
    try:
        opened = await pass_second_factor(at.system, _token(at), body.code, origin_of(request, "cookie"))
    except WrongCode as refused:
        return _form(at, wanted, {"code": f"{refused.title}. {refused.detail}"}, status=refused.status)
    except TooManyTries as refused:
        page = _form(at, wanted, {"code": f"{refused.title}. {refused.detail}"}, status=refused.status)
        page.headers.update(refused.headers)
        return page
    except ChallengeEnded:
        return _over(at)
    return welcomed(at, opened, wanted)


def _token(at: Desk) -> str:
    return at.request.cookies.get(challenge_cookie_name(at.system.settings), "")


def _form(at: Desk, wanted: str, faults: dict[str, str], *, status: int = 200) -> Response:
    return at.page("second_step.html", status=status, next=wanted, faults=faults)


def _over(at: Desk) -> Response:
    settings = at.system.settings
    response = go("/login?told=challenge-ended")
    forget(response, settings, challenge_cookie_name(settings))
    return response
