"""A release's new tables, on a database that is distributed already.

The order in which a migration makes one is on docs/contributing/schema-changes.md.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from crm_cell.storage import migrations
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.migrate import migrate, schema_version
from crm_cell.storage.migrations.new_tables import distribute_new_tables
from crm_cell.storage.open import place_of
from crm_cell.storage.postgres.server import find_server
from crm_cell.storage.schema_version import SCHEMA_VERSION
from tests.databases import PostgresDatastore
from tests.storage.earlier import way_back
from tests.storage.test_distribution import STAND_INS, apply, run

PLACED = "SELECT beside FROM pg_dist_partition WHERE logicalrelid::text = '{}'"
BEFORE = "0014"
"""The revision before one that makes a table, `dry_run_counts`."""
BARE = (
    'CREATE TABLE annexes (tenant_id text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL,'
    ' customer_id text COLLATE "C", PRIMARY KEY (tenant_id, id))'
)
REFERENCE = (
    "ALTER TABLE annexes ADD CONSTRAINT annexes_customer FOREIGN KEY (tenant_id, customer_id)"
    " REFERENCES customers (tenant_id, id)"
)


@pytest.fixture
def database(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    """Distributed, as far as its catalog says."""
    copy = postgres_template.copy()
    asyncio.run(run(copy.url, [STAND_INS]))
    yield copy
    copy.rows("ALTER ROLE crm_app NOLOGIN")
    copy.rows("ALTER ROLE crm_upkeep NOLOGIN")
    copy.close()


@pytest.fixture
def earlier(database: PostgresDatastore) -> PostgresDatastore:
    """Of an earlier release, and distributed by that."""
    asyncio.run(run(database.url, way_back(BEFORE)))
    asyncio.run(apply(database.url))
    return database


def test_migrating_distributes_them(earlier: PostgresDatastore) -> None:
    migrate(earlier.url)
    assert schema_version(earlier.url) == SCHEMA_VERSION
    assert earlier.rows(PLACED.format("dry_run_counts")) == [("customers",)]
    asyncio.run(find_server(earlier.url))


def test_a_table_that_cannot_be_distributed_is_not_made(earlier: PostgresDatastore) -> None:
    earlier.rows("DROP FUNCTION create_distributed_table")
    with pytest.raises(CannotOpen) as refused:
        migrate(earlier.url)
    assert "create_distributed_table" in refused.value.reason
    assert schema_version(earlier.url) == BEFORE
    assert "dry_run_counts" not in earlier.tables()


def test_migrating_a_database_that_is_not_distributed_distributes_nothing(
    database: PostgresDatastore,
) -> None:
    asyncio.run(run(database.url, way_back(BEFORE)))
    migrate(database.url)
    assert database.rows("SELECT 1 FROM pg_dist_partition") == []


def test_a_reference_comes_after_its_table_was_distributed(database: PostgresDatastore) -> None:
    """The stand-in for Citus refuses a table that has a reference."""
    asyncio.run(apply(database.url))
    asyncio.run(in_a_migration(database.url, [BARE], [REFERENCE]))
    assert database.rows(PLACED.format("annexes")) == [("customers",)]
    assert database.rows("SELECT 1 FROM pg_constraint WHERE conname = 'annexes_customer'")


async def in_a_migration(url: str, before: list[str], after: list[str]) -> None:
    def steps(connection: sqlalchemy.Connection) -> None:
        for statement in before:
            connection.exec_driver_sql(statement)
        distribute_new_tables(connection)
        for statement in after:
            connection.exec_driver_sql(statement)

    engine = create_async_engine("postgresql+asyncpg://", connect_args={"dsn": url})
    async with engine.begin() as connection:
        await connection.run_sync(steps)
    await engine.dispose()


def test_no_migration_makes_a_reference_before_its_table_is_distributed() -> None:
    """The first one, whose tables `crm-cell distribute` distributes, is the exception."""
    folder = Path(str(migrations.__file__)).parent / "versions"
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    del found["0001_first_schema.py"]
    assert len(found) >= 10
    for name, source in found.items():
        inline = source.count("foreign_key(column")
        assert source.count("ForeignKey") <= 2 * inline, name
        assert not inline or "*(() if postgres else map(foreign_key, REFERENCES))" in source, name
        before, reference, _ = source.partition("create_foreign_key(")
        assert not reference or "distribute_new_tables(" in before, name


def test_no_migration_fills_a_new_table_before_it_is_distributed() -> None:
    """Citus would have to copy its rows, which row-level security forbids."""
    folder = Path(str(migrations.__file__)).parent / "versions"
    filling = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    filling = {name: source for name, source in filling.items() if "bulk_insert(" in source}
    assert filling
    for name, source in filling.items():
        assert "distribute_new_tables(" in source.partition("bulk_insert(")[0], name


def test_rows_of_a_new_table_come_after_it_was_distributed(earlier: PostgresDatastore) -> None:
    """As in revision 0017, which registers the tenants that are there."""
    earlier.rows(
        "INSERT INTO audit_heads (tenant_id, lane, last_id, last_link, cut_id, cut_link, seal)"
        " VALUES ('acme', 0, '', '', '', '', '')"
    )
    earlier.rows(
        "CREATE OR REPLACE FUNCTION create_distributed_table("
        " wanted regclass, by_column text, colocate_with text DEFAULT 'default')"
        " RETURNS void LANGUAGE plpgsql AS $$ DECLARE found bool; BEGIN"
        " EXECUTE format('SELECT EXISTS (SELECT FROM %s)', wanted) INTO found;"
        " IF found THEN RAISE 'COPY FROM not supported with row-level security'; END IF;"
        " INSERT INTO pg_dist_partition (logicalrelid, beside) VALUES (wanted, colocate_with);"
        " END $$"
    )
    migrate(earlier.url)
    assert earlier.rows(PLACED.format("audit_register")) == [("customers",)]
    assert earlier.rows("SELECT tenant_id, number FROM audit_register ORDER BY 1") == [
        ("", 1),
        ("acme", 1),
    ]


def test_a_table_of_one_node_is_not_served(database: PostgresDatastore) -> None:
    asyncio.run(apply(database.url))
    asyncio.run(run(database.url, [BARE]))
    with pytest.raises(CannotOpen) as refused:
        asyncio.run(find_server(database.url))
    assert refused.value.reason == (
        f"{place_of(database.url)}: annexes: on this node only, while other tables are distributed:"
        " crm-cell distribute --apply distributes what is empty"
    )
    asyncio.run(apply(database.url))
    asyncio.run(find_server(database.url))


def test_plain_postgresql_is_served(database: PostgresDatastore) -> None:
    asyncio.run(find_server(database.url))
