"""The tables that migrations create are those that the declarations of resources describe."""

import asyncio
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from crm_cell.registry import make_services
from crm_cell.resources.tables import with_conditions
from tests.databases import PostgresDatastore

DECLARED = with_conditions(make_services().tables)
ADVICE = "write a migration: see docs/contributing/adding-a-resource.md"


def differences(connection: sa.Connection, declared: sa.MetaData) -> list[str]:
    def is_declared(name: str | None, kind: str, _parents: Any) -> bool:
        """Asked before a table is looked into, which is not possible for that of full-text
        search."""
        return kind != "table" or name in declared.tables

    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": is_declared}
    )
    return [f"{difference}: {ADVICE}" for difference in compare_metadata(context, declared)]


def in_sqlite(path: Path, declared: sa.MetaData) -> list[str]:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = differences(connection, declared)
    engine.dispose()
    return found


def test_sqlite_has_the_declared_tables(empty_database: Path) -> None:
    assert in_sqlite(empty_database, DECLARED) == []


def test_postgresql_has_the_declared_tables(postgres_template: PostgresDatastore) -> None:
    async def compare() -> list[str]:
        engine = create_async_engine(
            "postgresql+asyncpg://", connect_args={"dsn": postgres_template.url}
        )
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(differences, DECLARED)
        finally:
            await engine.dispose()

    assert asyncio.run(compare()) == []


def test_a_column_without_a_migration_is_found(empty_database: Path) -> None:
    declared = sa.MetaData()
    for table in DECLARED.sorted_tables:  # those of the service are shared, so a copy is changed
        table.to_metadata(declared)
    declared.tables["contacts"].append_column(sa.Column("nickname", sa.Text()))
    [found] = in_sqlite(empty_database, declared)
    assert "add_column" in found
    assert "'nickname'" in found
    assert ADVICE in found


def test_a_column_without_a_field_is_found(empty_database: Path) -> None:
    declared = sa.MetaData()
    contacts = DECLARED.tables["contacts"].to_metadata(declared)
    DECLARED.tables["customers"].to_metadata(declared)
    contacts._columns.remove(contacts.c.name)
    [found] = in_sqlite(empty_database, declared)
    assert "remove_column" in found
    assert "'name'" in found
