"""Whoever moves money leaves a row that says who, what, on which object and when; nobody can change one."""

from collections.abc import Mapping

import psycopg
import pytest

from fixtures.bench import Bench
from fixtures.client import Auditor, Item, Member, Visitor

TOKENS = "itm_tokens_100"
CHANGES = ["UPDATE audit_log SET actor_id = 'usr_somebody_else'", "DELETE FROM audit_log", "TRUNCATE audit_log"]


@pytest.mark.proves("A15.4")
def test_a_payment_and_its_refund_are_audited(member: Member, auditor: Auditor, catalogue: Mapping[str, Item]) -> None:
    paid = member.pay(catalogue[TOKENS], key="audited").value
    back = member.refund(paid.payment_id, key="audited-back", amount=100).value

    rows = [row for row in auditor.audit_log() if row["object_id"] in {paid.payment_id, back.refund_id}]
    mine = {row["action"] for row in rows if row["actor_id"] == member.account_id}
    assert {action.split(".")[0] for action in mine} == {"payment", "refund"}, rows
    assert all(row["recorded_at"] for row in rows)


@pytest.mark.proves("A15.4")
def test_an_admins_refund_says_who_gave_back_what(
    bench: Bench, member: Member, auditor: Auditor, catalogue: Mapping[str, Item]
) -> None:
    admin = bench.as_admin()
    paid = member.pay(catalogue[TOKENS], key="audited-too").value
    back = admin.refund(paid.payment_id, key="by-an-admin", amount=100, reason="duplicate").value

    rows = {row["action"]: row for row in auditor.audit_log() if row["object_id"] == back.refund_id}
    assert rows.keys() == {"refund.opened", "refund.succeeded"}, rows
    assert rows["refund.opened"]["actor_id"] == admin.account_id, rows
    # It was the admin's; that it is through may be heard from the processor's event before its answer.
    assert rows["refund.succeeded"]["actor_id"] in {admin.account_id, "system:webhook"}, rows
    opened = rows["refund.opened"]["details"]
    assert (opened["payment_id"], opened["amount"], opened["reason"]) == (paid.payment_id, 100, "duplicate")
    assert rows["refund.succeeded"]["details"]["from"] == "pending"


@pytest.mark.proves("A15.4")
def test_no_route_writes_to_the_audit_log(visitor: Visitor) -> None:
    paths = visitor.openapi().value["paths"]

    methods = {method for path, operations in paths.items() if "audit" in path for method in operations}
    assert methods == {"get"}


@pytest.mark.parametrize("change", CHANGES, ids=["update", "delete", "truncate"])
@pytest.mark.proves("A15.4")
def test_the_database_refuses_to_change_a_row(bench: Bench, change: str) -> None:
    with psycopg.connect(bench.database_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(change.encode())
