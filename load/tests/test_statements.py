import pytest

from load.bench.bare_loop import filled
from load.bench.statements import Statement, UnreadableLogError, names_of_this_payment, parse, transactions

LOG = """\
71|postgres|LOG:  statement: SELECT pg_reload_conf()
80|assay_1|LOG:  execute <unnamed>: SELECT account_id
\t  FROM sessions WHERE session_id = $1
80|assay_1|DETAIL:  Parameters: $1 = 'ses_0000001'
80|assay_1|LOG:  statement: BEGIN
81|assay_2|LOG:  statement: SELECT 'somebody else'
80|assay_1|LOG:  execute _pg3_0: INSERT INTO payments (payment_id, note, refund) VALUES ($1, $2, $3)
80|assay_1|DETAIL:  Parameters: $1 = 'pay_%s', $2 = 'it''s 100%%, $4 = ''x''', $3 = NULL
80|assay_1|LOG:  execute _pg3_1: INSERT INTO postings SELECT unnest($1::text[])
80|assay_1|DETAIL:  Parameters: $1 = '{pst_a%s,pst_b%s}'
80|assay_1|LOG:  statement: COMMIT
"""


def log_of(name: str) -> str:
    return LOG.replace("100%%", "100%").replace("%s", name)


def test_the_statements_of_one_database_are_read_with_their_parameters() -> None:
    read = parse(log_of("aaaaaaa"), "assay_1")
    assert read[0] == Statement("SELECT account_id\n  FROM sessions WHERE session_id = $1", ("ses_0000001",))
    assert read[2].parameters == ("pay_aaaaaaa", "it's 100%, $4 = 'x'", None)
    assert [len(each) for each in transactions(read)] == [1, 2]


def test_what_was_rolled_back_is_no_payment() -> None:
    with pytest.raises(UnreadableLogError, match="rolled back"):
        transactions(parse(log_of("aaaaaaa").replace("COMMIT", "ROLLBACK"), "assay_1"))


def test_names_of_one_payment_are_told_from_those_of_all() -> None:
    first, second = (transactions(parse(log_of(name), "assay_1")) for name in ("aaaaaaa", "bbbbbbb"))
    names = names_of_this_payment(first, second, ["the-key"])
    assert sorted(names) == ["pay_bbbbbbb", "pst_abbbbbbb", "pst_bbbbbbbb", "the-key"]


def test_two_payments_that_sent_different_statements_are_not_compared() -> None:
    first = transactions(parse(log_of("aaaaaaa"), "assay_1"))
    second = transactions(parse(log_of("bbbbbbb").replace("INSERT INTO postings", "INSERT INTO lines"), "assay_1"))
    with pytest.raises(UnreadableLogError, match="different statements"):
        names_of_this_payment(first, second, [])


def test_the_bare_loop_sends_what_was_recorded_under_names_of_its_own() -> None:
    grouped = transactions(parse(log_of("aaaaaaa"), "assay_1"))
    spec = {
        "names": ["pay_aaaaaaa", "pst_aaaaaaaa", "pst_baaaaaaa"],
        "transactions": [[(each.sql, list(each.parameters)) for each in transaction] for transaction in grouped],
        "before": 1,
        "call": {"path": "/v1/payment_intents", "params": {"metadata": {"payment_id": "pay_aaaaaaa"}}},
    }
    one, other = filled(spec), filled(spec)
    sql, parameters = one.transactions[1][0]
    assert sql == b"INSERT INTO payments (payment_id, note, refund) VALUES (%(p1)s, %(p2)s, %(p3)s)"
    assert parameters["p2"] == "it's 100%, $4 = 'x'"
    assert parameters["p1"] == one.params["metadata"]["payment_id"]
    assert len({"pay_aaaaaaa", parameters["p1"], other.transactions[1][0][1]["p1"]}) == 3
    assert one.transactions[0] == other.transactions[0]
