"""The schema's history. Each version is SQL, up and down, run by Alembic in one transaction."""
