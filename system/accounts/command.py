"""`python -m system create-account`: the only way to a role other than student in this version."""

import asyncio
import sys

from pydantic import TypeAdapter, ValidationError

from system.accounts import passwords, service
from system.accounts.models import Role
from system.accounts.schemas import SignUp
from system.kit.clock import Clock
from system.kit.db import Database
from system.settings import Settings

_REFUSED = 2


def create_account(settings: Settings, clock: Clock, *, email: str, name: str, role: Role) -> int:
    """Read the password from stdin and create the account; run again, it sets the password and the role anew."""
    given = {"email": email, "name": name, "password": sys.stdin.readline().rstrip("\r\n")}
    try:
        wanted = TypeAdapter(SignUp).validate_python(given)
    except ValidationError as refused:
        for error in refused.errors(include_input=False, include_url=False):
            print(f"{'.'.join(map(str, error['loc']))}: {error['msg']}", file=sys.stderr)  # noqa: T201 - a command prints
        return _REFUSED
    account_id, is_new = asyncio.run(_apply(settings, clock, wanted, role))
    print(f"{'Created' if is_new else 'Updated'} {account_id} ({wanted.email}, {role}).")  # noqa: T201
    return 0


async def _apply(settings: Settings, clock: Clock, wanted: SignUp, role: Role) -> tuple[str, bool]:
    db = Database(str(settings.database_url), size=1)
    await db.open()
    try:
        async with db.transaction() as conn:
            return await service.set_account(
                conn,
                email=wanted.email,
                name=wanted.name,
                role=role,
                password_hash=passwords.hash_now(wanted.password),
                now=clock.now(),
            )
    finally:
        await db.close()
