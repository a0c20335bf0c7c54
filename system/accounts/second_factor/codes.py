from datetime import datetime

import structlog

from system.accounts.second_factor import recovery_codes, repository, totp
from system.accounts.second_factor.models import Factor, SecondFactor
from system.context import System
from system.kit.db import Connection
from system.kit.sealing import BrokenSealError, key_for, seal, unseal
from system.settings import Settings

log = structlog.get_logger(__name__)


async def accept(system: System, conn: Connection, account_id: str, code: str, now: datetime) -> SecondFactor | None:
    """Use up a code of an enabled second factor and say of which kind it was; None if it is not accepted."""
    typed = code.strip().replace(" ", "")
    if not totp.is_code(typed):
        code_hash = recovery_codes.hashed(account_id, typed)
        return "recovery_code" if await repository.spend_recovery_code(conn, account_id, code_hash, now) else None
    factor = await repository.find(conn, account_id)
    step = matching_step(system.settings, factor, typed, now) if factor else None
    accepted = step is not None and await repository.spend_step(conn, account_id, step)
    return "authenticator" if accepted else None


def matching_step(settings: Settings, factor: Factor, code: str, now: datetime) -> int | None:
    """Return the time step of a code of this authenticator.

    None as well when its secret was sealed under another key: the operator has changed it, and the recovery codes, of
    which only hashes are kept, still open.
    """
    try:
        secret = unseal(_key(settings), factor.sealed_secret, place=factor.account_id)
    except BrokenSealError:
        log.exception("authenticator_unreadable", account_id=factor.account_id)
        return None
    return totp.matching_step(secret, code, now)


def sealed(settings: Settings, secret: str, account_id: str) -> bytes:
    return seal(_key(settings), secret, place=account_id)


def _key(settings: Settings) -> bytes:
    return key_for("authenticator", settings.secret_key.get_secret_value())
