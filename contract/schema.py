"""A schema as sorted lines of text: two databases are built alike exactly when these are equal."""

import psycopg

_QUERIES = (
    "SELECT 'table ' || tablename FROM pg_tables WHERE schemaname = 'public'",
    """
    SELECT format('column %s.%s %s null=%s default=%s', table_name, column_name, data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
    """,
    """
    SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """
    SELECT format('trigger %s %s', tgrelid::regclass, pg_get_triggerdef(oid))
    FROM pg_trigger WHERE NOT tgisinternal
    """,
    "SELECT format('function %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')",
    "SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'",
)


def fingerprint(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        return sorted(str(row[0]) for query in _QUERIES for row in connection.execute(query.encode()))
