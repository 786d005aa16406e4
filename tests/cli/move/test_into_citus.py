"""Into a cluster: what Citus would refuse is refused here too, by stand-ins for its catalog."""

import asyncio
import re

import pytest

from crm_cell.storage.transfer.tables import Column, Table, values_statement
from tests.cli.conftest import Terminal
from tests.cli.move.conftest import answered, contents, moves, pages
from tests.databases import PostgresDatastore, SqliteFile

# Where row-level security holds, Citus cannot do INSERT … SELECT from a function.
REFUSES_FUNCTION_SCANS = """
CREATE TABLE pg_dist_partition (logicalrelid regclass);
INSERT INTO pg_dist_partition SELECT oid::regclass FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
AND relname NOT IN ('alembic_version', 'pg_dist_partition');
GRANT SELECT ON pg_dist_partition TO PUBLIC;
CREATE FUNCTION refuse_function_scan() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_query() ~ 'SELECT' THEN
        RAISE EXCEPTION 'COPY FROM not supported with row-level security';
    END IF;
    RETURN NULL;
END $$;
DO $$ DECLARE name regclass; BEGIN
    FOR name IN SELECT logicalrelid FROM pg_dist_partition LOOP
        EXECUTE format('CREATE TRIGGER no_scan BEFORE INSERT ON %s FOR EACH STATEMENT'
                       ' EXECUTE FUNCTION refuse_function_scan()', name);
    END LOOP;
END $$
"""


@pytest.fixture
def cluster(target: PostgresDatastore) -> PostgresDatastore:
    for statement in re.split(r";\n(?=CREATE|INSERT|GRANT|DO)", REFUSES_FUNCTION_SCANS):
        target.rows(statement)
    return target


def test_every_row_arrives_without_a_function_scan(
    nowhere: Terminal, source: SqliteFile, cluster: PostgresDatastore
) -> None:
    before = contents(source)
    moves(nowhere, source, cluster)
    there = contents(cluster)
    del there["pg_dist_partition"]
    assert there == before


def test_the_stand_in_refuses_a_function_scan(cluster: PostgresDatastore) -> None:
    with pytest.raises(Exception, match="COPY FROM not supported with row-level security"):
        cluster.rows("INSERT INTO events (tenant_id) SELECT * FROM unnest(ARRAY['acme'])")


def test_a_move_that_failed_goes_on_with_the_same_command(
    nowhere: Terminal, source: SqliteFile, cluster: PostgresDatastore
) -> None:
    before = asyncio.run(answered(source.url, pages))
    cluster.rows("ALTER TABLE payments ADD CONSTRAINT none CHECK (amount_cents < 0)")
    line = nowhere.fails("move", "--from", source.url, "--to", cluster.url)
    assert line.endswith("run the same crm-cell move again")
    cluster.rows("ALTER TABLE payments DROP CONSTRAINT none")
    cluster.rows("SELECT 1 FROM unfinished_move")
    moves(nowhere, source, cluster)
    cluster.rows("DROP TABLE pg_dist_partition")
    assert asyncio.run(answered(cluster.url, pages)) == before


def test_many_rows_are_one_statement() -> None:
    columns = (Column("tenant_id", "text"), Column("id", "bigint"))
    table = Table("notes", columns, ("tenant_id", "id"), frozenset())
    assert values_statement(table, 2) == (
        'INSERT INTO "notes" ("tenant_id", "id") '
        " VALUES ($1::text, $2::bigint), ($3::text, $4::bigint)"
    )
