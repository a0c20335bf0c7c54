"""The API keys of an organisation. A key is shown by the answer to the form that made it, and never again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from system.accounts.access import decides
from system.accounts.api_keys import service
from system.accounts.api_keys.endpoints import KeyId
from system.accounts.api_keys.models import SCOPES, MadeKey, Scope
from system.accounts.api_keys.problems import TooManyKeys
from system.accounts.api_keys.schemas import DAYS_MAX, KeyOrder
from system.accounts.identity import PageCaller
from system.accounts.models import Identity
from system.accounts.problems import TooManyTries, WrongPassword
from system.kit.http import RequestId
from system.kit.problems import Forbidden, Problem
from system.web.fields import parsed_of, whole_number
from system.web.guard import Posted
from system.web.notices import Told, notice
from system.web.rendering import AtDesk, Desk, go

router = APIRouter(include_in_schema=False)

HERE = "/account/keys"
_SHOWN = 100
_MALFORMED = 422


@decides("enterprise")
async def manager(reader: PageCaller) -> Identity:
    """Let in who manages an organisation."""
    if reader.role != "enterprise":
        raise Forbidden("API keys belong to organisations; your account manages none.")
    return reader


Manager = Annotated[Identity, Depends(manager)]


@router.get(HERE)
async def show_keys(at: AtDesk, reader: Manager, told: Told = None) -> Response:
    return await _page(at, reader, told=told)


@router.post(HERE)
async def make_key(at: AtDesk, reader: Manager, fields: Posted, request: Request) -> Response:
    chosen: list[Scope] = [scope for scope in SCOPES if fields.get(scope) == "yes"]
    body, faults = parsed_of(
        KeyOrder,
        {
            "name": fields.get("name", ""),
            "scopes": chosen,
            "expires_in_days": whole_number(fields, "expires_in_days"),
            "password": fields.get("password", ""),
        },
    )
    if body is None:
        return await _page(at, reader, status=_MALFORMED, faults=faults, given=fields)
    try:
        made = await service.make(
            at.system,
            reader,
            name=body.name,
            scopes=body.scopes,
            days=body.expires_in_days,
            password=body.password,
            request_id=RequestId.of(request),
        )
    except WrongPassword as refused:
        return await _page(at, reader, status=_MALFORMED, faults={"password": refused.title + "."}, given=fields)
    except (TooManyTries, TooManyKeys) as refused:
        return await _page(at, reader, status=refused.status, refused=refused, given=fields)
    return await _page(at, reader, made=made)


@router.post(HERE + "/{key_id}/revoke")
async def revoke_key(at: AtDesk, reader: Manager, key_id: KeyId, _: Posted, request: Request) -> Response:
    await service.revoke(at.system, reader, key_id, request_id=RequestId.of(request))
    return go(f"{HERE}?told=key-revoked")


async def _page(
    at: Desk,
    reader: Identity,
    *,
    status: int = 200,
    told: str | None = None,
    made: MadeKey | None = None,
    refused: Problem | None = None,
    faults: dict[str, str] | None = None,
    given: Posted | None = None,
) -> Response:
    return at.page(
        "keys.html",
        status=status,
        keys=await service.list_keys(at.system, reader, before=None, limit=_SHOWN),
        now=at.system.clock.now(),
        scopes=SCOPES,
        days_max=DAYS_MAX,
        notice=notice(told),
        made=made,
        refused=refused,
        faults=faults or {},
        given=given or {},
    )
