"""The SQLAlchemy table of each resource, built from its declaration.

Migrations create the tables in the database; a test compares the two.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from crm_cell.fields import Field
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.rollups import ROLLUPS, Rollup

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
# Ids, keys and codes are compared byte by byte, independent of the database's locale.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TYPES: Mapping[str, sa.types.TypeEngine[Any]] = {"text": TEXT, "bigint": BIG, "smallint": SMALL}
_LIVE = "deleted_at IS NULL"
OWNER_COLUMN = "owner_column"
"""Key in the `info` of a table: the column that holds the owner of a row."""

SPARSE = "sparse"
"""Key in the `info` of an index: whether it leaves out rows without a value."""

_WHERE = "where"
"""Key in the `info` of an index: the condition of the rows that are in it."""


# Declarations do not change, so what is made of them is shared by all services of a process.
_REGISTRIES = 8


def make_tables(resources: Iterable[AnyResource]) -> sa.MetaData:
    return _make_tables(tuple(resources))


@lru_cache(_REGISTRIES)
def _make_tables(resources: tuple[AnyResource, ...]) -> sa.MetaData:
    metadata = sa.MetaData(info={ROLLUPS: _rollups(resources)})
    for resource in resources:
        _table(resource, metadata)
    return metadata


def _rollups(resources: Iterable[AnyResource]) -> dict[str, list[tuple[str, Rollup]]]:
    """With their parents' tables, by the table whose rows they are made of."""
    found: dict[str, list[tuple[str, Rollup]]] = {}
    for resource in resources:
        for rollup in resource.rollups:
            found.setdefault(rollup.of, []).append((resource.table, rollup))
    return found


def search_key_of(field: Field) -> str:
    """The column with the search key of an encrypted field."""
    return f"{field.name}_key"


def _table(resource: AnyResource, metadata: sa.MetaData) -> sa.Table:
    table = sa.Table(
        resource.table,
        metadata,
        sa.Column("tenant_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        *map(_column, resource.fields.values()),
        *(sa.Column(search_key_of(field), TEXT) for field in resource.encrypted),
        *(sa.Column(name, BIG, nullable=False) for name in ("version", "created_at", "updated_at")),
        *_deletion_columns(resource),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        *(_foreign_key(each) for each in resource.references if each is not resource.above),
        *(
            sa.CheckConstraint(condition, name=f"{resource.table}_{name}")
            for name, condition in resource.checks.items()
        ),
        info={OWNER_COLUMN: resource.record.owner_field},
    )
    _add_indexes(resource, table)
    return table


def _column(field: Field) -> sa.Column[object]:
    return sa.Column(
        field.name, _TYPES[field.column], nullable=field.nullable or field.kind == "owner"
    )


def _deletion_columns(resource: AnyResource) -> list[sa.Column[object]]:
    columns: list[sa.Column[object]] = []
    if resource.is_deletable:
        columns.append(sa.Column("deleted_at", BIG))
    if resource.is_deleted_with_parent:
        columns.append(sa.Column("deleted_with", TEXT))
    if resource.is_person:
        columns.append(sa.Column("erased_at", BIG))
    return columns


def _foreign_key(field: Field) -> sa.ForeignKeyConstraint:
    assert field.reference is not None, "only references are foreign keys"
    parent = field.reference.path
    return sa.ForeignKeyConstraint(
        ["tenant_id", field.name], [f"{parent}.tenant_id", f"{parent}.id"]
    )


def _add_indexes(resource: AnyResource, table: sa.Table) -> None:
    """Each `sa.Index` adds itself to its table."""
    live = sa.text(_LIVE) if resource.is_deletable else None
    if live is not None:
        _index(table, "live", ("id",), live)
        _index(table, "deleted", ("deleted_at", "id"), sa.text("deleted_at IS NOT NULL"))
    if resource.owner is not None:
        _index(table, "by_owner", (resource.owner.name, "id"), live)
    for field in resource.references:
        # Includes deleted records, because an erasure looks for those that refer to a record.
        named = None if field.filter is not None else sa.text(f"{field.name} IS NOT NULL")
        _index(table, f"by_{field.name.removesuffix('_id')}", (field.name, "id"), named)
    for field in resource.encrypted:
        key = search_key_of(field)
        found = sa.text(f"{_LIVE} AND {key} IS NOT NULL")
        _index(table, f"by_{field.name}", (key, "id"), found)
    for unique in resource.unique:
        where = " AND ".join(filter(None, (unique.where, _LIVE if resource.is_deletable else "")))
        name = unique.name or "_".join(unique.columns)
        _index(table, name, unique.columns, sa.text(where) if where else None, unique=True)
    for columns in resource.indexed_by:
        _index(table, f"by_{'_'.join(columns)}", (*columns, "id"), live)
    for columns in resource.sparsely_indexed_by:
        has_value = f"{columns[-1]} IS NOT NULL"
        where = has_value if live is None else f"{_LIVE} AND {has_value}"
        _index(table, f"by_{'_'.join(columns)}", (*columns, "id"), sa.text(where), is_sparse=True)


def _index(
    table: sa.Table,
    name: str,
    columns: tuple[str, ...],
    where: sa.TextClause | None,
    *,
    unique: bool = False,
    is_sparse: bool = False,
) -> None:
    sa.Index(
        f"{table.name}_{name}",
        *(table.c[column] for column in ("tenant_id", *columns)),
        unique=unique,
        info={SPARSE: is_sparse, _WHERE: where},
    )


def with_conditions(tables: sa.MetaData) -> sa.MetaData:
    """The same, with the conditions of partial indexes, for CREATE INDEX: SQLAlchemy loads both
    dialects to check them, which would take a service a tenth of its start."""
    for table in tables.tables.values():
        for index in table.indexes:
            for dialect in ("sqlite", "postgresql"):
                index.dialect_options[dialect]["where"] = index.info[_WHERE]
    return tables
