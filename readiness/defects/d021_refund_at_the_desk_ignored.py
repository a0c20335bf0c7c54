"""A refund that somebody makes at the processor's own desk is nobody's here: neither books nor payment know of it."""

from system.webhooks.handlers import HANDLERS

ROW = 21
SOURCE = "the catalogue's row 21"
CHECK = "contract/test_refunds.py::test_a_refund_made_at_the_processor_is_booked_as_ours"


def apply() -> None:
    """Know of no event about refunds; whoever asks for one here hears the answer anyway."""
    for kind in [kind for kind in HANDLERS if "refund" in kind]:
        del HANDLERS[kind]
