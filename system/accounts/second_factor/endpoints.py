from fastapi import APIRouter, Request

from system.accounts.access import public
from system.accounts.admission import pass_second_factor
from system.accounts.identity import origin_of
from system.accounts.problems import TooManyTries
from system.accounts.schemas import SessionOut
from system.accounts.second_factor.problems import ChallengeEnded, WrongCode
from system.accounts.second_factor.schemas import ChallengeAnswer
from system.accounts.session_endpoints import session_out
from system.context import Context
from system.kit.problems import documented

router = APIRouter(prefix="/api/accounts", tags=["accounts"])


@router.post(
    "/login/second-factor",
    operation_id="log_in_second_factor",
    dependencies=[public],
    responses=documented(ChallengeEnded, WrongCode, TooManyTries),
)
async def log_in_second_factor(body: ChallengeAnswer, request: Request, system: Context) -> SessionOut:
    """Finish a log-in by a code of the authenticator, or by a recovery code. Each code opens one session."""
    opened = await pass_second_factor(system, body.challenge_token, body.code, origin_of(request, "bearer"))
    return session_out(system, opened)
