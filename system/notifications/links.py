"""Where a mail leads to. What opens something carries a secret, and no table holds that secret.

The secret is made from the link's id and a key that only the settings know: whoever sends the mail can make it again,
a copy of the database cannot. It has 256 bits (monetization rule I4), and its owner stores the hash of it alone.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from system.settings import Settings

_RECEIPT = "/payments/{payment_id}/receipt"
_SUBSCRIPTION = "/subscription"
_PATHS: Mapping[str, str] = {
    "receipt": _RECEIPT,
    "refund": _RECEIPT,
    "confirm_email": "/confirm-email?token={token}",
    "change_email": "/confirm-email?token={token}",
    "email_changed": "/",
    "reset_password": "/reset-password?token={token}",
    "provider_linked": "/account/provider",
    "password_changed": "/forgot-password",
    "renewal": _RECEIPT,
    "renewal_failed": _SUBSCRIPTION,
    "subscription_begun": _SUBSCRIPTION,
    "subscription_ended": "/pricing",
    "subscription_ending": _SUBSCRIPTION,
    "subscription_receipt": _RECEIPT,
    "trial_ending": _SUBSCRIPTION,
    "codes_guessed": "/forgot-password",
    "recovery_code_used": "/account/second-factor",
    "second_factor_on": "/account/second-factor",
    "second_factor_off": "/forgot-password",
}
"""By template."""


def url_of(template: str, facts: Mapping[str, Any], settings: Settings) -> str:
    token = secret_of(settings, str(facts["link_id"])) if "link_id" in facts else ""
    return str(settings.public_url).rstrip("/") + _PATHS[template].format(**facts, token=token)


def secret_of(settings: Settings, link_id: str) -> str:
    key = hashlib.sha256(b"assay/mail-link/" + settings.secret_key.get_secret_value().encode()).digest()
    return base64.urlsafe_b64encode(hmac.digest(key, link_id.encode(), "sha256")).decode().rstrip("=")
