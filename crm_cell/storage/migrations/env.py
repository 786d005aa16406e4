"""Alembic's environment. One migration is one transaction on both databases."""

import asyncio
from typing import Any

import sqlalchemy
from alembic import context

from crm_cell.storage.migrations import new_tables
from crm_cell.storage.open import is_postgres

# Several hosts may start at once: the first one migrates while the others wait.
_LOCK = 6_148_914_691_236_517_205


def migrate(connection: sqlalchemy.Connection) -> None:
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            new_tables.prepare(connection)
        context.run_migrations()
        new_tables.distribute_new_tables(connection)


def migrate_sqlite(url: str) -> None:
    engine = sqlalchemy.create_engine(url)

    # Python's driver opens transactions implicitly, but not before CREATE TABLE. This switches that
    # off and begins explicitly, so that a failed migration is rolled back as a whole.
    @sqlalchemy.event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @sqlalchemy.event.listens_for(engine, "begin")
    def begin_for_writing(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()


async def migrate_postgres(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    # Poolers do not support named prepared statements.
    unprepared = {
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": str,
    }
    engine = create_async_engine("postgresql+asyncpg://", connect_args={"dsn": url, **unprepared})
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


url: str = context.config.attributes["url"]
if is_postgres(url):
    asyncio.run(migrate_postgres(url))
else:
    migrate_sqlite(url)
