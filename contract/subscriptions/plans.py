"""The plans as they are seeded; amounts in cents."""

from typing import Final

from fixtures.client.subscriptions import Plan

PRO_MONTH: Final = Plan("prc_pro_month", "pro", "Pro, monthly", "month", 999, "usd")
PRO_YEAR: Final = Plan("prc_pro_year", "pro", "Pro, yearly", "year", 9990, "usd")
ENTERPRISE_MONTH: Final = Plan("prc_enterprise_month", "enterprise", "Enterprise, monthly", "month", 9900, "usd")
ENTERPRISE_YEAR: Final = Plan("prc_enterprise_year", "enterprise", "Enterprise, yearly", "year", 99000, "usd")
PLANS: Final = {plan.price_id: plan for plan in (PRO_MONTH, PRO_YEAR, ENTERPRISE_MONTH, ENTERPRISE_YEAR)}
TOKENS_A_MONTH: Final = {"pro": 500, "enterprise": 5000}
