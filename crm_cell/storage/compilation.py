"""Compiles SQLAlchemy Core statements to text with named parameters, which the engines execute."""

import re
from functools import cache
from typing import Any

import sqlalchemy as sa

from crm_cell.storage.engine import Dialect

_TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO) (\w+)")


def compile_text(statement: sa.ClauseElement, dialect: Dialect) -> str:
    """The statement on one line. Parameters are `:name`, in lower case with underscores."""
    compiled = statement.compile(dialect=_compiler(dialect))
    text = _unqualified(" ".join(str(compiled).split()))
    # For SQLite, SQLAlchemy adds an OFFSET of 0 to a LIMIT.
    return text.removesuffix(" OFFSET :param_1")


def _unqualified(text: str) -> str:
    """Without the table's name before each column, where there is one table alone: prepared
    statements are looked up by their text, and a short one is found sooner."""
    tables = _TABLE.findall(text)
    return text.replace(f"{tables[0]}.", "") if len(tables) == 1 else text


# Only the dialect that is used is imported: the other would take 2 MiB.


@cache
def _compiler(dialect: Dialect) -> Any:
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite.base import SQLiteDialect

        return SQLiteDialect(paramstyle="named")
    from sqlalchemy.dialects.postgresql.base import PGDialect

    return PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]


def insert_into(table: sa.Table, dialect: Dialect) -> Any:
    """An INSERT that knows ON CONFLICT."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert(table)
    from sqlalchemy.dialects.postgresql import insert as insert_postgres

    return insert_postgres(table)
