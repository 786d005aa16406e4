"""How Alembic connects. One migration is one transaction on both databases."""

from typing import Any

import sqlalchemy
from alembic import context

engine = sqlalchemy.create_engine(context.config.attributes["url"])


if engine.dialect.name == "sqlite":
    # Python's driver opens transactions by itself, but not before CREATE TABLE: switch that off
    # and begin by hand, so that a migration that fails halfway leaves nothing behind.
    @sqlalchemy.event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @sqlalchemy.event.listens_for(engine, "begin")
    def begin_for_writing(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
