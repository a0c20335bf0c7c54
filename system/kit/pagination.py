import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from system.kit.problems import InvalidRequest

Item = TypeVar("Item")
LIMIT_MAX = 100
_DIGEST_BYTES = 16

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.")]
CursorText = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before.")]


class Page(BaseModel, Generic[Item]):
    """Newest first. `next_cursor` is null on the last page."""

    items: Sequence[Item]
    next_cursor: str | None = Field(examples=[None])


class Cursors:
    """Makes and reads cursors: opaque, signed, and bound to one reader and one list.

    A cursor is `base64url(HMAC-SHA256(secret, scope + id)[:16] + id)`; the scope names the list and the account, so
    that a cursor carried to somebody else's list is refused rather than answered.
    """

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"assay/cursor/" + secret.encode()).digest()

    def encode(self, scope: str, last_id: str) -> str:
        return base64.urlsafe_b64encode(self._digest(scope, last_id) + last_id.encode()).decode().rstrip("=")

    def decode(self, scope: str, cursor: str | None) -> str | None:
        """Return the id that the page before ended with, or None at the start; InvalidRequest for any other text."""
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            last_id = raw[_DIGEST_BYTES:].decode("ascii")
        except ValueError:
            raise _refused() from None
        if not hmac.compare_digest(raw[:_DIGEST_BYTES], self._digest(scope, last_id)):
            raise _refused()
        return last_id

    def next_after(self, scope: str, ids: Sequence[str], limit: int) -> str | None:
        """Return the cursor behind the `limit`-th of `ids`, which were asked for with one more than `limit`."""
        return self.encode(scope, ids[limit - 1]) if len(ids) > limit else None

    def _digest(self, scope: str, last_id: str) -> bytes:
        return hmac.digest(self._key, f"{scope}\n{last_id}".encode(), "sha256")[:_DIGEST_BYTES]


def _refused() -> InvalidRequest:
    return InvalidRequest.field("query.cursor", "This is no cursor of this list; start again without one.")
