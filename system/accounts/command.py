"""`python -m system create-account`: the only way to a role other than student in this version."""

import asyncio
import sys

import psycopg
from pydantic import TypeAdapter, ValidationError

from system.accounts import passwords, service
from system.accounts.models import Role
from system.accounts.schemas import SignUp
from system.kit.clock import Clock
from system.settings import Settings

_REFUSED = 2
_CONNECT_TIMEOUT_S = 5


def create_account(settings: Settings, clock: Clock, *, email: str, name: str, role: Role) -> int:
    """Read the password from stdin and create the account; run again, it sets the password and the role anew."""
    given = {"email": email, "name": name, "password": sys.stdin.readline().rstrip("\r\n")}
    try:
        wanted = TypeAdapter(SignUp).validate_python(given)
    except ValidationError as refused:
        for error in refused.errors(include_input=False, include_url=False):
            print(f"{'.'.join(map(str, error['loc']))}: {error['msg']}", file=sys.stderr)  # noqa: T201 - a command prints
        return _REFUSED
    try:
        account_id, is_new = asyncio.run(_apply(settings, clock, wanted, role))
    except psycopg.OperationalError as away:
        reason = str(away).strip().splitlines()[0]
        print(f"The database does not answer ({reason}). Start it, or correct ASSAY_DATABASE_URL.", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{'Created' if is_new else 'Updated'} {account_id} ({wanted.email}, {role}).")  # noqa: T201
    return 0


async def _apply(settings: Settings, clock: Clock, wanted: SignUp, role: Role) -> tuple[str, bool]:
    url = str(settings.database_url)
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=_CONNECT_TIMEOUT_S) as conn:
        return await service.set_account(
            conn,
            email=wanted.email,
            name=wanted.name,
            role=role,
            password_hash=passwords.hash_now(wanted.password),
            now=clock.now(),
        )
