from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from system.accounts.api_keys import service
from system.accounts.api_keys.problems import TooManyKeys
from system.accounts.api_keys.schemas import ApiKeyOut, KeyOrder, NewApiKeyOut
from system.accounts.identity import require_roles
from system.accounts.models import Identity
from system.accounts.problems import TooManyTries, WrongPassword
from system.context import Context
from system.kit.http import RequestId
from system.kit.pagination import CursorText, Limit, Page
from system.kit.problems import AuthenticationRequired, Forbidden, NotFound, documented

router = APIRouter(prefix="/api/accounts/api-keys", tags=["accounts"])

Manager = Annotated[Identity, Depends(require_roles("enterprise"))]
KeyId = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Za-z_]+$", examples=["key_06h0j64n3deykgwc9v0s35z45n"])]


@router.post(
    "",
    operation_id="make_api_key",
    status_code=201,
    responses=documented(AuthenticationRequired, Forbidden, WrongPassword, TooManyTries, TooManyKeys),
)
async def make_key(body: KeyOrder, identity: Manager, request: Request, system: Context) -> NewApiKeyOut:
    """Make a key for your organisation's programs. It is shown in this answer and never again."""
    made = await service.make(
        system,
        identity,
        name=body.name,
        scopes=body.scopes,
        days=body.expires_in_days,
        password=body.password,
        request_id=RequestId.of(request),
    )
    return NewApiKeyOut(**ApiKeyOut.model_validate(made.described).model_dump(), key=made.secret)


@router.get("", operation_id="list_api_keys", responses=documented(AuthenticationRequired, Forbidden))
async def list_keys(
    identity: Manager, system: Context, limit: Limit = 20, cursor: CursorText = None
) -> Page[ApiKeyOut]:
    """List your organisation's keys, ended ones too, the latest first."""
    scope = f"api-keys:{identity.account_id}"
    before = system.cursors.decode(scope, cursor)
    found = await service.list_keys(system, identity, before=before, limit=limit + 1)
    following = system.cursors.next_after(scope, [key.key_id for key in found], limit)
    return Page(items=[ApiKeyOut.model_validate(key) for key in found[:limit]], next_cursor=following)


@router.delete(
    "/{key_id}",
    operation_id="revoke_api_key",
    status_code=204,
    responses=documented(AuthenticationRequired, Forbidden, NotFound),
)
async def revoke_key(key_id: KeyId, identity: Manager, request: Request, system: Context) -> Response:
    """End a key at once."""
    await service.revoke(system, identity, key_id, request_id=RequestId.of(request))
    return Response(status_code=204)
