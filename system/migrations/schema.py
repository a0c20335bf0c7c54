from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url


def upgrade(database_url: str, revision: str = "head") -> None:
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    command.downgrade(_config(database_url), revision)


def pending(database_url: str) -> list[str]:
    """Return the versions that the database has not seen, oldest first."""
    script = ScriptDirectory.from_config(_config(database_url))
    with engine(database_url).connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    seen = {version.revision for version in script.iterate_revisions(current, "base")} if current else set()
    return [version.revision for version in reversed(list(script.walk_revisions())) if version.revision not in seen]


def engine(database_url: str) -> Engine:
    """Return an engine that hands SQL on as it is written: without it, a `%` in a function is taken for a parameter."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    return create_engine(url, execution_options={"no_parameters": True})


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["database_url"] = database_url
    return config
