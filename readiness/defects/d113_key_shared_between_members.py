"""One member's Idempotency-Key gets the answer that another member was given for the same key."""

from typing import Any

from system.idempotency import service
from system.idempotency.models import IdempotencyKey
from system.kit.db import fetch_one

ROW = 113
SOURCE = "nensii21/devlink#773; jox-sm/deepslate-rpg#104"
CHECK = "contract/test_idempotency.py::test_a_key_is_not_shared_between_accounts"

_ANYBODYS = """
    SELECT object_id, route, request_id, body_hash, claimed_at, answered_at, status, location, body
      FROM idempotency_keys
     WHERE method = %(method)s AND route = %(route)s AND key = %(key)s AND answered_at IS NOT NULL
     LIMIT 1
"""


def apply() -> None:
    """Look the key up without its owner, as a cache that is keyed by the header alone."""
    claim = service.claim

    async def claim_anybodys(conn: Any, scope: Any, object_id: str, now: Any) -> Any:
        named = {"method": scope.method, "route": scope.route, "key": scope.key}
        held = await fetch_one(conn, IdempotencyKey, _ANYBODYS, named)
        return service.decide(held, scope) if held else await claim(conn, scope, object_id, now)

    service.claim = claim_anybodys
