"""New tables on a database that Citus has distributed; on any other, nothing happens here.

Citus refuses a foreign key between a table of one node and a distributed one. So a migration makes
the bare table, its policies and its rights (SELECT for upkeep, too), calls `distribute_new_tables`,
and adds foreign keys only then. A table without any is distributed at the end of the migrations,
in their transaction. Rows come after the table has been distributed.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import sqlalchemy

T = TypeVar("T")


def prepare(connection: sqlalchemy.Connection) -> None:
    """Before the first statement that reaches shards."""
    from crm_cell.storage import distribution, postgres_catalog

    if _asked(connection, postgres_catalog.distributed):
        connection.exec_driver_sql(distribution.ONE_CONNECTION)


def distribute_new_tables(connection: sqlalchemy.Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    # Imported here because nobody pays for a driver that they do not use.
    from crm_cell.storage import distribution

    for statement in _asked(connection, distribution.of_new_tables):
        connection.exec_driver_sql(statement)


def _asked(connection: sqlalchemy.Connection, question: Callable[[Any], Awaitable[T]]) -> T:
    """Of the same transaction: the driver's own connection is the one underneath."""
    driver: Any = connection.connection.dbapi_connection
    answer: T = driver.run_async(question)
    return answer
