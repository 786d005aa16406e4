"""The second wall: a login that may do what requests may, and speaks to PostgreSQL by itself."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

from tests.databases import PostgresDatastore
from tests.every_route import plant
from tests.world import Caller, Running, nothing_changes

Login: TypeAlias = "asyncpg.Connection[Any]"

DENIED = asyncpg.InsufficientPrivilegeError
UNNAMED = "this transaction has named no tenant"
# One row under the name of no tenant counts them: who registers a tenant raises it.
COUNTS_TENANTS = "audit_register"
READ_ONLY = "permission denied for table"
# PostgreSQL uses no index over terms for rows that a policy may hide: see decision 36.
READ_BY_ALL = "search_entries"
UNSEEN = "new row violates row-level security policy"
# Of each kind of column, some value.
SOME = {"text": "x", "ARRAY": [1], "bytea": "\\x00", "bigint": 1, "smallint": 1}
# Plans that look at no row, at an index first, or at another condition before the policy's.
READS = [
    "SELECT * FROM {}",
    "SELECT count(*) FROM {}",
    "SELECT 1 FROM {} WHERE tenant_id = 'acme'",
    "SELECT 1 FROM {} WHERE tenant_id = 'nobody'",
    "SELECT 1 FROM {} WHERE tenant_id < 'a' ORDER BY tenant_id LIMIT 1",
    "SELECT 1 FROM {0} AS one JOIN {0} AS other ON one.tenant_id = other.tenant_id",
    "SELECT 1 WHERE EXISTS (SELECT FROM {})",
]


@pytest.fixture
def datastore(postgres_datastore: PostgresDatastore) -> PostgresDatastore:
    return postgres_datastore


class Tables:
    """The tables of tenants, by what requests may do with them."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        found = datastore.rows(
            "SELECT c.relname, has_table_privilege('crm_app', c.oid, 'UPDATE'),"
            " has_table_privilege('crm_app', c.oid, 'INSERT') FROM pg_class AS c"
            " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        )
        self.every = {table for table, *_ in found}
        self.changed = {table for table, may_change, _ in found if may_change}
        self.read = {table for table, *may_write in found if not any(may_write)}
        self.added_to = self.every - self.changed


@pytest.fixture
def tables(datastore: PostgresDatastore) -> Tables:
    return Tables(datastore)


@pytest.fixture
async def filled(cell: Running, acme: Caller, charlie: Caller, tables: Tables) -> Running:
    """Rows of acme's and of globex's in every table."""
    for caller in (acme, charlie):
        await plant(caller)
    for table in tables.every:
        if not cell.rows(f"SELECT 1 FROM {table} LIMIT 1"):
            fill(cell, table)
    return cell


def fill(cell: Running, table: str) -> None:
    columns: dict[str, str] = dict(
        cell.rows(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ?",
            table,
        )
    )
    some = {column: SOME[kind] for column, kind in columns.items()}
    for tenant in ("acme", "globex"):
        cell.rows(insertion(table).replace("$1", "?"), json.dumps(some | {"tenant_id": tenant}))


@pytest.fixture(scope="module")
def stranger(postgres_database: PostgresDatastore) -> str:
    return postgres_database.login("IN ROLE crm_app")


@pytest.fixture
async def login(stranger: str, datastore: PostgresDatastore) -> AsyncIterator[Login]:
    connection = await asyncpg.connect(datastore.url_for(stranger))
    yield connection
    await connection.close()


async def refused(login: Login, sql: str, *values: Any, tenant: str | None = None) -> str:
    """What the server says to a statement in a transaction that must not succeed."""
    with pytest.raises(DENIED) as denied:
        await as_tenant(login, tenant, sql, *values)
    return denied.value.message or ""


async def as_tenant(login: Login, tenant: str | None, sql: str, *values: Any) -> list[Any]:
    async with login.transaction():
        if tenant is not None:
            await login.execute(f"SET LOCAL app.tenant_id = '{tenant}'")
        return [tuple(row) for row in await login.fetch(sql, *values)]


def row_of(cell: Running, table: str, tenant: str) -> str:
    """One row as JSON."""
    found = cell.rows(f"SELECT to_jsonb(t) FROM {table} AS t WHERE tenant_id = ? LIMIT 1", tenant)
    return str(found[0][0])


def insertion(table: str) -> str:
    return f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1)"


# A forgotten tenant


def test_every_table_of_tenants_has_the_wall(datastore: PostgresDatastore, tables: Tables) -> None:
    forced = datastore.rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    )
    assert {row[0] for row in forced} == tables.every
    assert {"audit_logs", "events", "opportunity_changes"} <= tables.added_to
    assert tables.read == {"change_heads"}
    assert {"customers", "counters", "idempotency_keys"} <= tables.changed


async def test_who_names_no_tenant_is_told_so(
    login: Login, filled: Running, tables: Tables
) -> None:
    for table in tables.every:
        for statement in statements(tables, table):
            assert await refused(login, statement) == UNNAMED, statement
        row = row_of(filled, table, "acme")
        async with nothing_changes(filled):
            expected = UNNAMED if table not in tables.read else f"{READ_ONLY} {table}"
            assert await refused(login, insertion(table), row) == expected, table


def statements(tables: Tables, table: str) -> list[str]:
    reads = [read.format(table) for read in READS if table != READ_BY_ALL]
    if table in tables.added_to:
        return reads
    return [
        *reads,
        f"SELECT 1 FROM {table} FOR UPDATE",
        f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = 'nobody'",
        f"UPDATE {table} SET tenant_id = 'globex'",
    ]


async def test_what_a_transaction_named_is_forgotten_with_it(
    login: Login, filled: Running, tables: Tables
) -> None:
    [many] = filled.rows("SELECT count(*) FROM customers WHERE tenant_id = 'acme'")
    assert await as_tenant(login, "acme", "SELECT count(*) FROM customers") == [tuple(many)]
    left = "SELECT current_setting('app.tenant_id', true)"
    assert await as_tenant(login, None, left) == [("",)]
    for table in tables.every:
        for statement in statements(tables, table):
            assert await refused(login, statement) == UNNAMED, statement


async def test_an_empty_table_does_not_answer_either(
    login: Login, datastore: PostgresDatastore, tables: Tables
) -> None:
    datastore.rows("ANALYZE")
    for table in tables.every:
        for statement in statements(tables, table):
            assert await refused(login, statement) == UNNAMED, statement


async def test_the_empty_name_is_no_tenant(login: Login) -> None:
    assert await refused(login, "SELECT * FROM customers", tenant="") == UNNAMED


# Another tenant


async def test_of_another_tenant_there_is_nothing_to_see(
    login: Login, filled: Running, tables: Tables
) -> None:
    for table in tables.every - {READ_BY_ALL}:
        counted = f"SELECT tenant_id, count(*) FROM {table} GROUP BY tenant_id"
        kept: dict[str, int] = dict(filled.rows(counted))
        everybodys = [("", 1)] if table == COUNTS_TENANTS else []
        assert {*kept} == {"acme", "globex", *dict(everybodys)}
        seen = sorted(await as_tenant(login, "globex", counted))
        assert seen == [*everybodys, ("globex", kept["globex"])]
        assert await as_tenant(login, "nobody", counted) == everybodys
        of_acme = f"SELECT * FROM {table} WHERE tenant_id = 'acme'"
        assert await as_tenant(login, "globex", of_acme) == []


async def test_entries_of_the_search_index_are_read_by_all(login: Login, filled: Running) -> None:
    """So every statement that reads them names the tenant: scripts/lint_sql.py."""
    tenants = await as_tenant(login, "globex", f"SELECT DISTINCT tenant_id FROM {READ_BY_ALL}")
    assert sorted(tenants) == [("",), ("acme",), ("globex",)]  # "": of the installation


async def test_nothing_can_be_written_for_another_tenant(
    login: Login, filled: Running, tables: Tables
) -> None:
    async with nothing_changes(filled):
        for table in tables.every:
            row = row_of(filled, table, "acme")
            expected = UNSEEN if table not in tables.read else READ_ONLY
            message = await refused(login, insertion(table), row, tenant="globex")
            assert message.startswith(expected)


async def test_nothing_can_be_changed_or_moved_for_another_tenant(
    login: Login, filled: Running, tables: Tables
) -> None:
    async with nothing_changes(filled):
        for table in tables.changed:
            change = (
                f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = 'acme' RETURNING 1"
            )
            assert await as_tenant(login, "globex", change) == []
            move = f"UPDATE {table} SET tenant_id = 'acme'"
            assert (await refused(login, move, tenant="globex")).startswith(UNSEEN)


async def test_nothing_can_refer_to_what_another_tenant_has(login: Login, filled: Running) -> None:
    """Nor does a foreign key tell that it is there."""
    contact = json.loads(row_of(filled, "contacts", "acme"))
    for customer in (contact["customer_id"], "nobody"):
        row = contact | {"tenant_id": "globex", "id": "new", "customer_id": customer}
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await as_tenant(login, "globex", insertion("contacts"), json.dumps(row))


async def test_a_function_of_ones_own_sees_no_more(login: Login, filled: Running) -> None:
    """The planner calls cheap conditions first, but never before those of the wall."""
    seen: list[str] = []
    login.add_log_listener(lambda _, message: seen.append(message.message))
    await login.execute(
        "CREATE FUNCTION pg_temp.tell(text) RETURNS bool LANGUAGE plpgsql COST 0.000001"
        " AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
    )
    named = "SELECT name FROM customers WHERE pg_temp.tell(tenant_id)"
    assert await as_tenant(login, "globex", named) != []
    assert set(seen) == {"globex"}


# What nobody may


REWRITTEN = {
    *("teams", "team_members", "team_reach", "customer_members"),
    *("task_reminders", "calendar_feeds", "record_tags", "duplicate_keys", "duplicate_pairs"),
}
"""Who belongs to which team or customer, and is seen by whom: no records, and the audit log has
each change. When to look at tasks, and the tokens of calendars. Which records have a tag. Keys
that transactions hold until they commit, and customers that are alike."""


async def test_nothing_is_ever_deleted(login: Login, filled: Running, tables: Tables) -> None:
    for table in REWRITTEN:
        denied = f"permission denied for table {table}"
        assert await refused(login, f"TRUNCATE {table}", tenant="acme") == denied
    for table in tables.every - REWRITTEN:
        denied = f"permission denied for table {table}"
        delete = f"DELETE FROM {table} WHERE tenant_id = 'acme'"
        assert await refused(login, delete, tenant="acme") == denied
        assert await refused(login, f"TRUNCATE {table}", tenant="acme") == denied


async def test_what_has_happened_cannot_be_changed(
    login: Login, filled: Running, tables: Tables
) -> None:
    for table in tables.added_to:
        denied = f"permission denied for table {table}"
        change = f"UPDATE {table} SET tenant_id = tenant_id"
        assert await refused(login, change, tenant="acme") == denied
        assert await refused(login, f"SELECT 1 FROM {table} FOR UPDATE", tenant="acme") == denied


@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL ROLE crm_upkeep",
        "SET SESSION AUTHORIZATION crm_upkeep",
        "GRANT crm_upkeep TO CURRENT_USER",
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY one_tenant ON customers",
        "CREATE POLICY all_of_them ON customers USING (true)",
        "CREATE OR REPLACE FUNCTION named_tenant() RETURNS text LANGUAGE sql AS 'SELECT ''acme'''",
        "ALTER FUNCTION named_tenant() RENAME TO no_tenant",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "CREATE TABLE mine (tenant_id text)",
        "CREATE VIEW mine AS SELECT * FROM customers",
        "COPY customers TO PROGRAM 'cat'",
        "SELECT rolpassword FROM pg_authid",
    ],
)
async def test_the_wall_cannot_be_taken_down(login: Login, statement: str) -> None:
    assert re.search("must |permission", await refused(login, statement, tenant="acme"))


async def test_without_the_wall_there_is_no_answer(login: Login) -> None:
    await login.execute("SET row_security = off")
    told = await refused(login, "SELECT * FROM customers", tenant="acme")
    assert told.startswith("query would be affected by row-level security policy")


def test_what_requests_act_as_owns_and_bypasses_nothing(
    datastore: PostgresDatastore, stranger: str
) -> None:
    roles = ["crm_app", "crm_upkeep", stranger]
    powers = datastore.rows(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(?) AND (rolsuper OR rolbypassrls"
        " OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin AND rolname <> ?)",
        roles,
        stranger,
    )
    owned = datastore.rows(
        "SELECT classid::regclass, objid FROM pg_shdepend AS d JOIN pg_roles AS r"
        " ON r.oid = d.refobjid WHERE d.deptype = 'o' AND r.rolname = ANY(?)",
        roles,
    )
    assert (powers, owned) == ([], [])


def test_upkeep_forgets_what_is_old_and_erases_people(datastore: PostgresDatastore) -> None:
    """Forgotten entries of the trail are counted no more, and its heads say where it begins."""
    rights = datastore.rows(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'crm_upkeep' AND privilege_type <> 'SELECT'"
    )
    may = {
        "audit_heads": "INSERT UPDATE",
        "audit_logs": "DELETE INSERT",
        "audit_register": "INSERT UPDATE",
        "change_heads": "INSERT UPDATE",
        "contacts": "DELETE UPDATE",
        "counters": "INSERT UPDATE",
        "customer_members": "DELETE",
        "customers": "DELETE UPDATE",
        "duplicate_pairs": "DELETE",
        "events": "DELETE INSERT UPDATE",
        "external_ids": "DELETE",
        "follow_ups": "DELETE UPDATE",
        "funnel": "INSERT UPDATE",
        "goals": "DELETE UPDATE",
        "idempotency_keys": "DELETE UPDATE",
        "merge_items": "DELETE",
        "merges": "UPDATE",
        "notifications": "DELETE",
        "opportunities": "DELETE UPDATE",
        "opportunity_changes": "DELETE",
        "record_tags": "DELETE",
        "search_entries": "DELETE INSERT",
        "task_reminders": "DELETE",
        "tasks": "DELETE UPDATE",
        "tenant_keys": "DELETE",
        "users": "UPDATE",
        "views": "DELETE UPDATE",
    }
    every = [(table, right) for table, rights in may.items() for right in rights.split()]
    assert sorted(rights) == sorted(every)
    columns = datastore.rows(
        "SELECT table_name, column_name FROM information_schema.column_privileges"
        " WHERE grantee = 'crm_upkeep' AND privilege_type = 'UPDATE'"
        " AND table_name = 'audit_logs'"
    )
    assert sorted(columns) == [
        ("audit_logs", "changes"),
        ("audit_logs", "resource_name"),
        ("audit_logs", "wiped"),
    ]


async def test_the_owner_reads_every_tenant_as_a_member_of_upkeep(
    datastore: PostgresDatastore, acme: Caller, charlie: Caller
) -> None:
    """Comments in migrations and docs/operating/postgres.md say so."""
    for caller in (acme, charlie):
        await caller.customer()
    [(owner,)] = datastore.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'")
    connection = await asyncpg.connect(datastore.url_for(owner))
    try:
        assert await connection.fetchval("SELECT pg_has_role('crm_upkeep', 'MEMBER')")
        seen = await connection.fetch("SELECT DISTINCT tenant_id FROM customers ORDER BY 1")
        assert [row[0] for row in seen] == ["acme", "globex"]
    finally:
        await connection.close()
