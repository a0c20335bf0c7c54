"""The Idempotency-Key header in, the stored answer out."""

import hashlib
from typing import Annotated

from fastapi import Header, Response
from pydantic import BaseModel

from system.idempotency.models import Answer

REPLAYED = "Idempotency-Replayed"

KeyHeader = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description=(
            "A name of your own for this request, kept for 24 hours. Sending the same request again under it has no "
            "further effect and gives the same answer, marked `Idempotency-Replayed: true`."
        ),
        examples=["order-7f3a"],
    ),
]


def digest_of(body: BaseModel) -> bytes:
    """Return the SHA-256 of a body as it was understood, whatever its spacing and order."""
    return hashlib.sha256(body.model_dump_json().encode()).digest()


def response_of(answer: Answer) -> Response:
    headers = {}
    if answer.location:
        headers["Location"] = answer.location
    if answer.replayed:
        headers[REPLAYED] = "true"
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=answer.media_type)
