"""Writes the migration that creates the table of a declared resource.

Usage: python -m scripts.new_migration tasks

Read the generated file and adapt it if necessary. Tests compare the migrated database with the
declaration, and check the rules of docs/contributing/schema-changes.md.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from crm_cell.registry import make_services
from crm_cell.resources.tables import with_conditions
from crm_cell.storage.schema_version import SCHEMA_VERSION

FOLDER = Path("crm_cell/storage/migrations/versions")
VERSION_FILE = Path("crm_cell/storage/schema_version.py")
RIGHTS = "SELECT, INSERT, UPDATE"
TYPES = {"TEXT": "TEXT", "BIGINT": "BIG", "SMALLINT": "SMALL"}

TEMPLATE = '''"""The table `{name}`."""

import sqlalchemy as sa
from alembic import op

from crm_cell.storage.migrations.new_tables import distribute_new_tables

revision = "{revision}"
down_revision = "{previous}"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
REFERENCES = {references}


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "{name}",
{columns}
        sa.PrimaryKeyConstraint("tenant_id", "id"),
{checks}        *(() if postgres else map(foreign_key, REFERENCES)),
        sqlite_strict=True,
    )
    if postgres:
        protect()
        distribute_new_tables(op.get_bind())  # before its foreign keys
        for column, parent in REFERENCES.items():
            op.create_foreign_key(
                None, "{name}", parent, ["tenant_id", column], ["tenant_id", "id"]
            )
{indexes}

def foreign_key(column: str) -> sa.ForeignKeyConstraint:
    parent = [f"{{REFERENCES[column]}}.tenant_id", f"{{REFERENCES[column]}}.id"]
    return sa.ForeignKeyConstraint(["tenant_id", column], parent)


def protect() -> None:
    """Row-level security and rights. Only erasure deletes rows."""
    op.execute("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY one_tenant ON {name} TO crm_app USING (tenant_id = named_tenant())")
    op.execute("CREATE POLICY every_tenant ON {name} TO crm_upkeep USING (true)")
    op.execute("GRANT {rights} ON {name} TO crm_app")
    op.execute("GRANT SELECT, UPDATE, DELETE ON {name} TO crm_upkeep")
'''


def main() -> None:
    """Raises SystemExit if there is no such table, or a migration creates it already."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and the table
        raise SystemExit("usage: python -m scripts.new_migration TABLE")
    name = sys.argv[1]
    tables = with_conditions(make_services().tables).tables
    if name not in tables:
        raise SystemExit(f"{name}: no resource declares it; there are {', '.join(tables)}")
    revision = f"{max(int(each.name[:4]) for each in FOLDER.glob('[0-9]*.py')) + 1:04}"
    path = FOLDER / f"{revision}_{name}.py"
    if path.exists() or any(FOLDER.glob(f"*_{name}.py")):
        raise SystemExit(f"{name}: a migration creates it already")
    path.write_text(migration(tables[name], SCHEMA_VERSION), "utf-8")
    text = VERSION_FILE.read_text("utf-8")
    VERSION_FILE.write_text(text.replace(f'"{SCHEMA_VERSION}"', f'"{revision}"'), "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=True)
    sys.stdout.write(f"{path}\n")


def migration(table: sa.Table, previous: str) -> str:
    references = {
        key.column_keys[1]: key.referred_table.name
        for key in sorted(table.foreign_key_constraints, key=lambda key: key.column_keys[1])
    }
    return TEMPLATE.format(
        name=table.name,
        revision=f"{int(previous) + 1:04}",
        previous=previous,
        references=json.dumps(references),
        columns="\n".join(_columns(table)),
        checks="".join(_checks(table)),
        indexes="".join(_indexes(table)),
        rights=RIGHTS,
    )


def _columns(table: sa.Table) -> Iterator[str]:
    for column in table.columns:
        kind = TYPES[str(column.type)]
        yield f'        sa.Column("{column.name}", {kind}, nullable={column.nullable}),'


def _checks(table: sa.Table) -> Iterator[str]:
    for constraint in table.constraints:
        if isinstance(constraint, sa.CheckConstraint):
            yield f'        sa.CheckConstraint("{constraint.sqltext}", name="{constraint.name}"),\n'


def _indexes(table: sa.Table) -> Iterator[str]:
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        columns = ", ".join(f'"{column.name}"' for column in index.columns)
        where = index.dialect_options["sqlite"]["where"]
        options = ", unique=True" if index.unique else ""
        if where is not None:
            options += f', sqlite_where=sa.text("{where}"), postgresql_where=sa.text("{where}")'
        yield f'    op.create_index("{index.name}", "{table.name}", [{columns}]{options})\n'


if __name__ == "__main__":
    main()
