"""Which objects heard of an earlier event after a later one."""

from collections.abc import Mapping, Sequence

import pytest

from load.checkers.webhooks import Webhooks, overtaken

SECOND = "2026-11-25T12:00:01"


def sent(event_id: str, about: str | None = "sub_1") -> Mapping[str, object]:
    return {"id": event_id, "type": "customer.subscription.updated", "object": about, "acknowledged": True}


def kept(event_id: str, received: str, about: str | None = "sub_1") -> Mapping[str, object]:
    """All of one second."""
    moments = {"created_at": f"{SECOND}Z", "received_at": f"{SECOND}.{received}Z"}
    return {"event_id": event_id, "object_id": about, "type": "", "outcome": "applied", "reason": None} | moments


@pytest.mark.parametrize(
    ("arrived", "found"),
    [
        ([kept("evt_1", "100"), kept("evt_2", "200")], set()),
        ([kept("evt_1", "200"), kept("evt_2", "100")], {"sub_1"}),
        ([kept("evt_2", "100")], set()),
        # Nobody's event, and one of another object, are in nobody's way.
        ([kept("evt_1", "100"), kept("evt_made_up", "150"), kept("evt_2", "200")], set()),
        ([kept("evt_1", "100"), kept("evt_other", "150", "sub_2"), kept("evt_2", "200")], set()),
        ([kept("evt_1", "200", None), kept("evt_2", "100", None)], set()),
    ],
)
def test_within_a_second_the_processors_list_tells_the_order(
    arrived: Sequence[Mapping[str, object]], found: set[str]
) -> None:
    listed = [sent("evt_1"), sent("evt_2"), sent("evt_other", "sub_2"), sent("evt_made_up", None)]
    assert overtaken(Webhooks(listed, arrived)) == found
