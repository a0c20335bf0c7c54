"""Someone who checks the books while business goes on: every reading must balance, not only the last one."""

from typing import Any

from fixtures.client.ledger import TrialBalance
from load.visit import Visit


def read_trial_balance(visit: Visit) -> None:
    reader = visit.person.auditor
    assert reader is not None, "only an auditor reads the trial balance"
    visit.ask("trial_balance", reader.trial_balance, note=_balance)


def _balance(balance: TrialBalance) -> dict[str, Any]:
    return {"balanced": balance.is_balanced}
