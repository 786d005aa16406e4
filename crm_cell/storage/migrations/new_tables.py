"""Distributes new tables on a database with Citus. Does nothing on any other database.

Citus refuses a foreign key between a local and a distributed table. So a migration creates the
table, its policies and its grants (including SELECT for the maintenance role), then calls
`distribute_new_tables`, and then adds foreign keys. A table without foreign keys is distributed at
the end of the migrations, in their transaction. Rows may be inserted only after that.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import sqlalchemy

T = TypeVar("T")


def prepare(connection: sqlalchemy.Connection) -> None:
    """Call this before the first statement that reaches shards."""
    from crm_cell.storage.citus import distribution
    from crm_cell.storage.postgres import catalog

    if _asked(connection, catalog.distributed):
        connection.exec_driver_sql(distribution.ONE_CONNECTION)


def distribute_new_tables(connection: sqlalchemy.Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    # Imported here so that SQLite users do not load the PostgreSQL driver.
    from crm_cell.storage.citus import distribution

    for statement in _asked(connection, distribution.of_new_tables):
        connection.exec_driver_sql(statement)


def _asked(connection: sqlalchemy.Connection, question: Callable[[Any], Awaitable[T]]) -> T:
    """Run a query with the driver's own connection, which is in the same transaction."""
    driver: Any = connection.connection.dbapi_connection
    answer: T = driver.run_async(question)
    return answer
