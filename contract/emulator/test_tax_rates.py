"""Tax rates: data that a merchant keeps."""

from itertools import count

import pytest
import stripe

from contract.emulator.running import Emulator
from contract.emulator.shapes import violations

_numbers = count(1)


def test_a_tax_rate_has_its_declared_shape(stand_in: Emulator) -> None:
    params = {"display_name": "VAT", "inclusive": "false", "percentage": "8.875", "country": "DE", "tax_type": "vat"}
    made = stand_in.post("/v1/tax_rates", params).json()
    changed = stand_in.post(f"/v1/tax_rates/{made['id']}", {"description": "Old", "country": ""}).json()

    assert violations(made, stripe.TaxRate) == []
    assert violations(changed, stripe.TaxRate) == []
    assert (made["percentage"], made["effective_percentage"]) == (8.875, 8.875)
    assert (changed["description"], changed["country"]) == ("Old", None)


def test_an_archived_rate_leaves_the_list_of_active_ones(client: stripe.StripeClient) -> None:
    rate, other = (
        client.v1.tax_rates.create({"display_name": "VAT", "inclusive": inclusive, "percentage": 19})
        for inclusive in (True, False)
    )
    client.v1.tax_rates.update(rate.id, {"active": False})
    event = client.v1.events.list({"type": "tax_rate.updated", "limit": 1}).data[0]

    assert client.v1.tax_rates.list({"active": True}).data[0].id == other.id
    assert client.v1.tax_rates.list({"inclusive": True}).data[0].id == rate.id
    assert event.data.previous_attributes is not None
    assert event.data.previous_attributes.to_dict() == {"active": True}


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"display_name": "VAT", "inclusive": "true"}, "percentage"),
        ({"display_name": "VAT", "percentage": "19"}, "inclusive"),
        ({"display_name": "VAT", "inclusive": "true", "percentage": "100.1"}, "percentage"),
        ({"display_name": "VAT", "inclusive": "true", "percentage": "-1"}, "percentage"),
        ({"display_name": "VAT", "inclusive": "true", "percentage": "1.00001"}, "percentage"),
        ({"display_name": "VAT", "inclusive": "true", "percentage": "1", "tax_type": "toll"}, "tax_type"),
    ],
)
def test_what_a_tax_rate_cannot_be_is_refused(stand_in: Emulator, params: dict[str, str], param: str) -> None:
    reply = stand_in.post("/v1/tax_rates", params)

    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


def test_a_percentage_never_changes(client: stripe.StripeClient, stand_in: Emulator) -> None:
    rate = client.v1.tax_rates.create({"display_name": "VAT", "inclusive": True, "percentage": 19})
    reply = stand_in.post(f"/v1/tax_rates/{rate.id}", {"percentage": "20"})

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "parameter_unknown")


def test_a_tax_rate_that_is_not_there_is_named(stand_in: Emulator) -> None:
    reply = stand_in.get("/v1/tax_rates/txr_nope")
    error = reply.json()["error"]

    assert (reply.status_code, error["message"], error["param"]) == (404, "No such tax rate: 'txr_nope'", "tax_rate")
