from typing import Literal

from pydantic import BaseModel


class Received(BaseModel):
    """The event is recorded; it need not be sent again."""

    received: Literal[True] = True
