from fastapi import APIRouter, Request, Response

from system.accounts.access import public
from system.accounts.admission import pass_second_factor
from system.accounts.identity import Caller, origin_of
from system.accounts.problems import TooManyTries, WrongPassword
from system.accounts.schemas import SessionOut
from system.accounts.second_factor import switching
from system.accounts.second_factor.problems import (
    ChallengeEnded,
    EmailNotConfirmed,
    SecondFactorOff,
    SecondFactorOn,
    WrongCode,
)
from system.accounts.second_factor.schemas import (
    ChallengeAnswer,
    FirstCode,
    Proofs,
    RecoveryCodesOut,
    SecondFactorOut,
    SetUp,
    SetUpOut,
)
from system.accounts.session_endpoints import session_out
from system.context import Context
from system.kit.http import RequestId
from system.kit.problems import AuthenticationRequired, documented

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

_BOTH = documented(AuthenticationRequired, WrongPassword, WrongCode, SecondFactorOff, TooManyTries)


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


@router.get("/second-factor", operation_id="show_second_factor", responses=documented(AuthenticationRequired))
async def show_second_factor(identity: Caller, system: Context) -> SecondFactorOut:
    """Show whether your log-in asks for a code, and how many recovery codes are left."""
    return SecondFactorOut.model_validate(await switching.standing(system, identity))


@router.post(
    "/second-factor/setup",
    operation_id="set_up_second_factor",
    status_code=201,
    responses=documented(AuthenticationRequired, WrongPassword, EmailNotConfirmed, SecondFactorOn, TooManyTries),
)
async def set_up_second_factor(body: SetUp, identity: Caller, request: Request, system: Context) -> SetUpOut:
    """Make a secret for your authenticator. It replaces one that was not switched on; nothing is asked for yet."""
    made = await switching.set_up(system, identity, body.password, request_id=RequestId.of(request))
    return SetUpOut.model_validate(made)


@router.post(
    "/second-factor/enable",
    operation_id="enable_second_factor",
    responses=documented(AuthenticationRequired, WrongCode, SecondFactorOn, SecondFactorOff, TooManyTries),
)
async def enable_second_factor(
    body: FirstCode, identity: Caller, request: Request, system: Context
) -> RecoveryCodesOut:
    """Switch it on by the first code of your authenticator. Your other sessions end; keep the recovery codes."""
    fresh = await switching.enable(system, identity, body.code, request_id=RequestId.of(request))
    return RecoveryCodesOut(recovery_codes=fresh)


@router.post("/second-factor/recovery-codes", operation_id="renew_recovery_codes", responses=_BOTH)
async def renew_recovery_codes(body: Proofs, identity: Caller, request: Request, system: Context) -> RecoveryCodesOut:
    """Replace your recovery codes; the old ones open nothing any more."""
    fresh = await switching.renew_recovery_codes(
        system, identity, body.password, body.code, request_id=RequestId.of(request)
    )
    return RecoveryCodesOut(recovery_codes=fresh)


@router.post("/second-factor/disable", operation_id="disable_second_factor", status_code=204, responses=_BOTH)
async def disable_second_factor(body: Proofs, identity: Caller, request: Request, system: Context) -> Response:
    """Switch it off, and forget the authenticator and the recovery codes. You are told by mail."""
    await switching.disable(system, identity, body.password, body.code, request_id=RequestId.of(request))
    return Response(status_code=204)
