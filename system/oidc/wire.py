"""HTTP to a provider: a deadline, no redirect, no more bytes than such an answer has, and JSON or nothing."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson

from system.oidc.models import CodeRefusedError, ProviderAwayError

_TIMEOUT_S = 5
_BYTES_MAX = 256 * 1024


def new_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S))


async def get_json(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    """Fetch an object; ProviderAwayError for any other answer, and for none."""
    status, body = await _exchange(session, "GET", url, None, {})
    if status != HTTPStatus.OK:
        raise ProviderAwayError(f"{url} answered {status}")
    return _object(url, body)


async def post_form(session: aiohttp.ClientSession, url: str, form: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Send a token request; CodeRefusedError for a refusal in the form of RFC 6749, 5.2."""
    status, body = await _exchange(session, "POST", url, form, headers)
    if status == HTTPStatus.OK:
        return _object(url, body)
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
        raise CodeRefusedError(str(_object(url, body).get("error", "no reason was given"))[:100])
    raise ProviderAwayError(f"{url} answered {status}")


async def _exchange(
    session: aiohttp.ClientSession, method: str, url: str, form: str | None, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    try:
        async with session.request(method, url, data=form, headers=headers, allow_redirects=False) as answer:
            body = await answer.content.read(_BYTES_MAX + 1)
            while len(body) <= _BYTES_MAX and (more := await answer.content.read(_BYTES_MAX)):
                body += more
            status = answer.status
    except (aiohttp.ClientError, OSError, TimeoutError) as failure:
        raise ProviderAwayError(f"{url}: {type(failure).__name__}") from failure
    if len(body) > _BYTES_MAX:
        raise ProviderAwayError(f"{url} answered more than {_BYTES_MAX} bytes")
    return status, body


def _object(url: str, body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ProviderAwayError(f"{url} answered no JSON object")
    return found
