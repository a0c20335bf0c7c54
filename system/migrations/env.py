"""Alembic's entry: one transaction a version, under a lock, so that two starting processes do not both migrate."""

from alembic import context

from system.migrations.schema import engine

_LOCK = 4_157_001
"""Any constant of our own: the advisory lock that migrations of this product take."""


def run() -> None:
    with engine(context.config.attributes["database_url"]).connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
