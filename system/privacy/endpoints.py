from fastapi import APIRouter, Request, Response

from system.accounts.identity import Caller
from system.accounts.problems import TooManyTries, WrongPassword
from system.context import Context
from system.kit.http import RequestId
from system.kit.problems import AuthenticationRequired, documented
from system.privacy import erasure
from system.privacy.export import export
from system.privacy.problems import MoneyUndecided, RecentLoginRequired, SubscriptionLive
from system.privacy.schemas import ErasureOrder, PersonalData

router = APIRouter(prefix="/api/accounts/me", tags=["accounts"])


@router.get("/export", operation_id="export_me", responses=documented(AuthenticationRequired))
async def export_me(identity: Caller, request: Request, system: Context) -> PersonalData:
    """Hand out everything that is held on you."""
    return await export(system, identity, request_id=RequestId.of(request))


@router.post(
    "/erasure",
    operation_id="erase_me",
    status_code=204,
    responses=documented(
        AuthenticationRequired, WrongPassword, RecentLoginRequired, TooManyTries, MoneyUndecided, SubscriptionLive
    ),
)
async def erase_me(body: ErasureOrder, identity: Caller, request: Request, system: Context) -> Response:
    """Erase you, for good. What the books must keep stays, and names nobody."""
    await erasure.erase(system, identity, body.password, request_id=RequestId.of(request))
    return Response(status_code=204)
