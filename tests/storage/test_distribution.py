"""What `crm-cell distribute` would do, as far as a PostgreSQL without Citus can tell."""

import asyncio
import re
from collections.abc import Iterator

import asyncpg
import pytest

from crm_cell.storage.citus import distribution
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.postgres.server import connected
from tests.databases import PostgresDatastore, PostgresServer

# In the place of Citus's functions: what they insist on, and a note of what they were asked.
STAND_INS = r"""
CREATE TABLE pg_dist_partition (number serial, logicalrelid regclass, beside text);
CREATE FUNCTION create_distributed_table(
    wanted regclass, by_column text, colocate_with text DEFAULT 'default'
) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND wanted IN (conrelid, confrelid))
    THEN RAISE EXCEPTION '% has references', wanted;
    END IF;
    IF current_setting('citus.multi_shard_modify_mode') <> 'sequential' OR by_column <> 'tenant_id'
    THEN RAISE EXCEPTION 'not like that';
    END IF;
    INSERT INTO pg_dist_partition (logicalrelid, beside) VALUES (wanted, colocate_with);
END $$;
CREATE FUNCTION create_reference_table(wanted regclass) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pg_dist_partition (logicalrelid, beside) VALUES (wanted, 'every node')
$$;
CREATE FUNCTION run_command_on_workers(command text)
RETURNS TABLE (nodename text, nodeport int, success bool, result text) LANGUAGE plpgsql AS $$
DECLARE answer text := 'DO';
BEGIN
    IF command ~ '^\s*SELECT' THEN EXECUTE command INTO answer; ELSE EXECUTE command; END IF;
    RETURN QUERY SELECT 'worker', 5432, true, answer;
EXCEPTION WHEN OTHERS THEN
    RETURN QUERY SELECT 'worker', 5432, false, SQLERRM;
END $$
"""
EVERYTHING = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT tablename, policyname, concat(roles, cmd, qual, with_check) FROM pg_policies
UNION ALL SELECT relname, reloptions::text, concat(relacl, relrowsecurity, relforcerowsecurity)
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL SELECT attrelid::regclass::text, attname, concat(atttypid, attnotnull, attcollation)
FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r'
                                     AND relnamespace = 'public'::regnamespace)
ORDER BY 1, 2, 3
"""


@pytest.fixture
def database(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = postgres_template.copy()
    yield copy
    copy.rows("ALTER ROLE crm_app NOLOGIN")
    copy.rows("ALTER ROLE crm_upkeep NOLOGIN")
    copy.close()


@pytest.fixture
def with_stand_ins(database: PostgresDatastore) -> PostgresDatastore:
    asyncio.run(run(database.url, [STAND_INS]))
    return database


async def run(url: str, statements: list[str]) -> None:
    async with connected(url) as connection:
        for statement in statements:
            await connection.execute(statement)


async def apply(url: str) -> list[str]:
    async with connected(url) as connection:
        planned = await distribution.plan(connection)
        await distribution.run("here", connection, planned)
    return planned


def of_kind(statements: list[str], pattern: str) -> list[int]:
    return [number for number, text in enumerate(statements) if re.match(pattern, text)]


def test_the_statements_come_in_the_order_that_works(database: PostgresDatastore) -> None:
    found = distribution.statements(database.url)
    dropped = of_kind(found, r"ALTER TABLE \S+ DROP CONSTRAINT")
    shards = of_kind(found, r"SELECT create_distributed_table")
    added = of_kind(found, r"ALTER TABLE \S+ ADD CONSTRAINT")
    setting, workers, versions, begin, mode = found[:5]
    assert setting.endswith("SET citus.propagate_set_commands = 'local'")
    assert "run_command_on_workers" in workers
    assert versions == "SELECT create_reference_table('alembic_version')"
    assert (begin, mode) == ("BEGIN", "SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    assert [*dropped, *shards, *added] == list(range(5, len(found) - 1))
    assert found[-1] == "COMMIT"
    assert len(dropped) == len(added) >= 9


def test_every_table_lies_beside_the_customers(database: PostgresDatastore) -> None:
    found = distribution.statements(database.url)
    calls = [text for text in found if "create_distributed_table" in text]
    assert calls[0] == "SELECT create_distributed_table('customers', 'tenant_id')"
    beside = re.compile(r"SELECT .*\('(\w+)', 'tenant_id', colocate_with => 'customers'\)")
    names = ["customers", *(match[1] for match in map(beside.fullmatch, calls) if match)]
    assert sorted(names) == sorted(set(database.tables()) - {"alembic_version"})


def test_all_is_as_before_but_distributed(with_stand_ins: PostgresDatastore) -> None:
    before = with_stand_ins.rows(EVERYTHING)
    assert len(before) > 100
    asyncio.run(apply(with_stand_ins.url))
    assert with_stand_ins.rows(EVERYTHING) == before
    done = with_stand_ins.rows(
        "SELECT logicalrelid::text, beside FROM pg_dist_partition ORDER BY number"
    )
    assert done[:2] == [("alembic_version", "every node"), ("customers", "default")]
    assert {beside for _, beside in done[2:]} == {"customers"}


def test_what_is_distributed_already_is_left_alone(with_stand_ins: PostgresDatastore) -> None:
    asyncio.run(apply(with_stand_ins.url))
    assert distribution.statements(with_stand_ins.url) == []


def test_a_table_of_a_later_release_is_among_them(with_stand_ins: PostgresDatastore) -> None:
    asyncio.run(apply(with_stand_ins.url))
    with_stand_ins.rows(
        'CREATE TABLE annexes (tenant_id text COLLATE "C", id text COLLATE "C",'
        ' customer_id text COLLATE "C", PRIMARY KEY (tenant_id, id), CONSTRAINT "of whom"'
        " FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id))"
    )
    key = "FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id)"
    assert distribution.statements(with_stand_ins.url)[4:] == [
        'ALTER TABLE annexes DROP CONSTRAINT "of whom"',
        "SELECT create_distributed_table('annexes', 'tenant_id', colocate_with => 'customers')",
        f'ALTER TABLE annexes ADD CONSTRAINT "of whom" {key}',
        "COMMIT",
    ]


def test_a_failure_leaves_every_reference_in_its_place(with_stand_ins: PostgresDatastore) -> None:
    with_stand_ins.rows("DROP FUNCTION create_distributed_table")
    before = with_stand_ins.rows(EVERYTHING)
    with pytest.raises(asyncpg.UndefinedFunctionError):
        asyncio.run(apply(with_stand_ins.url))
    assert with_stand_ins.rows(EVERYTHING) == before


def test_a_worker_gets_what_the_policies_need(
    with_stand_ins: PostgresDatastore, postgres: PostgresServer
) -> None:
    function = "SELECT pg_get_functiondef('named_tenant'::regproc)"
    worker = PostgresDatastore(postgres)
    _, workers, *_ = distribution.statements(with_stand_ins.url)
    asyncio.run(run(worker.url, [STAND_INS, workers, workers]))
    assert worker.rows(function) == with_stand_ins.rows(function)
    let_in = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname ~ '^crm_(app|upkeep)$'"
    assert sorted(worker.rows(let_in)) == [("crm_app",), ("crm_upkeep",)]
    worker.close()


def test_the_policies_need_nothing_else(database: PostgresDatastore) -> None:
    needed = database.rows(
        "SELECT DISTINCT refclassid::regclass::text FROM pg_depend"
        " WHERE classid = 'pg_policy'::regclass ORDER BY 1"
    )
    assert needed == [("pg_class",), ("pg_proc",)]


def test_a_worker_that_says_no_is_heard(with_stand_ins: PostgresDatastore) -> None:
    with_stand_ins.rows(
        "CREATE OR REPLACE FUNCTION run_command_on_workers(command text)"
        " RETURNS TABLE (nodename text, nodeport int, success bool, result text) LANGUAGE sql"
        " AS $$ SELECT 'w1', 5432, false, 'ERROR: no' $$"
    )
    with pytest.raises(CannotOpen) as refused:
        asyncio.run(apply(with_stand_ins.url))
    assert refused.value.reason == "here: w1:5432: ERROR: no"
    assert with_stand_ins.rows("SELECT 1 FROM pg_dist_partition") == []
