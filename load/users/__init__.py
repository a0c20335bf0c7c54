"""Who comes to the system: one module for each kind of person, one function for each thing that he comes for.

A journey is written with the client's verbs and knows neither addresses nor Locust.
"""

from collections.abc import Callable
from typing import Final

from load.users import auditor, student, subscriber, visitor
from load.visit import Visit

Journey = Callable[[Visit], None]

JOURNEYS: Final[dict[str, Journey]] = {
    "auditor.read_trial_balance": auditor.read_trial_balance,
    "student.buy": student.buy,
    "student.buy_after_decline": student.buy_after_decline,
    "student.buy_and_refund": student.buy_and_refund,
    "student.join": student.join,
    "student.read_history": student.read_history,
    "subscriber.look_after": subscriber.look_after,
    "subscriber.move_up": subscriber.move_up,
    "subscriber.waver": subscriber.waver,
    "visitor.look_around": visitor.look_around,
}
NAMES: Final = frozenset(JOURNEYS)
