"""Numbered migrations, run by Alembic (see storage/migrate.py)."""
