from typing import Literal

from pydantic import BaseModel, Field


class Check(BaseModel):
    status: Literal["ok", "failed"] = Field(examples=["ok"])
    detail: str = Field(description="What was asked and what the answer was.", examples=["answers in 1 ms"])


class Alive(BaseModel):
    status: Literal["ok"] = Field(examples=["ok"])


class Health(BaseModel):
    status: Literal["ok", "degraded"] = Field(description="`degraded`: serving, but a part is away.", examples=["ok"])
    version: str = Field(examples=["0.1.0"])
    checks: dict[str, Check] = Field(examples=[{"database": {"status": "ok", "detail": "answers in 1 ms"}}])
