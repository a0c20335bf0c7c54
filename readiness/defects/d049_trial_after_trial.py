"""Whoever has had a trial gets another: after cancelling, with another plan, mailbox or account."""

from typing import Any

from system.subscriptions import trials

ROW = 49
SOURCE = "better-auth#4539; vm0#15772"
CHECK = "contract/subscriptions/test_trials.py::test_a_trial_is_not_had_again_by_account_plan_mailbox_or_card"


def apply() -> None:
    """Ask only whether something is running now, which the one place of an account has asked already."""
    assert callable(trials.claim)
    assert callable(trials.allowed)

    async def granted(*_: Any, **__: Any) -> bool:
        return True

    trials.claim = granted
    trials.allowed = granted
