from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from system.catalogue.models import ForSale

ItemId = Annotated[str, Field(pattern=r"^[!-~]{1,64}$", examples=["itm_course_python"])]
"""Of any form: what is no id of ours is not found."""


class Item(BaseModel):
    """Something for sale. `amount` is in minor units of `currency`."""

    model_config = ConfigDict(from_attributes=True)

    item_id: str = Field(examples=["itm_course_python"])
    price_id: str = Field(examples=["prc_course_python"])
    kind: ForSale
    name: str = Field(examples=["Python from the ground up"])
    description: str
    amount: int = Field(examples=[4900])
    currency: str = Field(examples=["usd"])
    repeatable: bool = Field(description="Whether one account may buy it more than once.")
