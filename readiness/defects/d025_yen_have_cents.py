"""Every currency is taken for one with cents: five hundred yen are confirmed to the buyer as five."""

from system.kit.money import EXPONENTS

ROW = 25
SOURCE = "Paymenter/Paymenter#1258; calcom/cal.diy#13845; alexmorrisnz/moodle-paygw_stripe#2; cartalyst/stripe#59"
CHECK = "contract/test_payments.py::test_a_yen_receipt_shows_yen"


def apply() -> None:
    assert EXPONENTS["jpy"] == 0
    EXPONENTS.update(dict.fromkeys(EXPONENTS, 2))
