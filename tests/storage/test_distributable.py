"""Every table can be distributed by tenant: what Citus asks of a schema, asked of the catalog.

The rules are on docs/contributing/schema-changes.md.
"""

from collections.abc import Iterator

import pytest

from tests.databases import PostgresDatastore

TABLES = """
SELECT oid, relname::text AS name FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
  AND relname <> 'alembic_version'
"""

# By rule, what finds each breach of it.
RULES = {
    "every table has the same tenant_id": f"""
        SELECT name FROM ({TABLES}) AS t WHERE NOT EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = t.oid AND attname = 'tenant_id'
            AND atttypid = 'text'::regtype AND attnotnull AND attcollation = '"C"'::regcollation)
    """,
    "every table has a primary key": f"""
        SELECT name FROM ({TABLES}) AS t WHERE NOT EXISTS (
            SELECT FROM pg_index WHERE indrelid = t.oid AND indisprimary)
    """,
    "what is unique is so within a tenant": f"""
        SELECT indexrelid::regclass::text FROM ({TABLES}) AS t JOIN pg_index ON indrelid = t.oid
        WHERE (indisunique OR indisexclusion) AND NOT EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = t.oid AND attname = 'tenant_id'
            AND attnum = ANY (indkey))
    """,
    "references begin with the tenant on both sides": """
        SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_attribute AS c JOIN pg_attribute AS p
            ON p.attrelid = confrelid AND p.attnum = confkey[1]
            WHERE c.attrelid = conrelid AND c.attnum = conkey[1]
            AND (c.attname, p.attname) = ('tenant_id', 'tenant_id'))
    """,
    "references set nothing by themselves": """
        SELECT conname FROM pg_constraint
        WHERE contype = 'f' AND (confdeltype IN ('n', 'd') OR confupdtype IN ('n', 'd'))
    """,
    "nothing happens behind the stores' backs": f"""
        SELECT tgname FROM ({TABLES}) AS t JOIN pg_trigger ON tgrelid = t.oid
        WHERE NOT tgisinternal
        UNION ALL
        SELECT rulename FROM ({TABLES}) AS t JOIN pg_rewrite ON ev_class = t.oid
    """,
    "no number comes from a sequence": """
        SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
    """,
    "every value comes with its statement": f"""
        SELECT name || '.' || attname FROM ({TABLES}) AS t
        JOIN pg_attrdef ON adrelid = t.oid JOIN pg_attribute ON attrelid = t.oid AND attnum = adnum
    """,
    "text is compared byte by byte": f"""
        SELECT name || '.' || attname FROM ({TABLES}) AS t JOIN pg_attribute ON attrelid = t.oid
        WHERE attnum > 0 AND attcollation NOT IN (0, '"C"'::regcollation)
    """,
    "every table has its wall": f"""
        SELECT name FROM ({TABLES}) AS t JOIN pg_class AS c ON c.oid = t.oid
        WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity)
           OR NOT has_table_privilege('crm_app', t.oid, 'SELECT, INSERT')
    """,
    "upkeep reads every table": f"""
        SELECT name FROM ({TABLES}) AS t WHERE NOT has_table_privilege('crm_upkeep', oid, 'SELECT')
    """,
}


@pytest.fixture(scope="module")
def database(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = postgres_template.copy()
    yield copy
    copy.close()


@pytest.fixture
def broken(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = postgres_template.copy()
    yield copy
    copy.close()


def test_there_are_tables_to_look_at(database: PostgresDatastore) -> None:
    assert len(database.rows(TABLES)) >= 12


@pytest.mark.parametrize("rule", RULES)
def test_the_schema_keeps(database: PostgresDatastore, rule: str) -> None:
    assert database.rows(RULES[rule]) == []


NOTES = 'CREATE TABLE notes (tenant_id text COLLATE "C" NOT NULL, id text COLLATE "C"{})'
LINK = "FOREIGN KEY {} REFERENCES customers {} ON DELETE {}"


BREACHES = [
    (
        "every table has the same tenant_id",
        "CREATE TABLE notes (tenant_id uuid PRIMARY KEY)",
        "notes",
    ),
    ("every table has a primary key", NOTES.format(""), "notes"),
    (
        "what is unique is so within a tenant",
        "CREATE UNIQUE INDEX one_name ON customers (name)",
        "one_name",
    ),
    (
        "what is unique is so within a tenant",
        "CREATE UNIQUE INDEX one_name ON customers ((tenant_id || name))",
        "one_name",
    ),
    (
        "what is unique is so within a tenant",
        NOTES.format(", PRIMARY KEY (id)"),
        "notes_pkey",
    ),
    (
        "references begin with the tenant on both sides",
        NOTES.format(", CONSTRAINT link " + LINK.format("(id, tenant_id)", "", "CASCADE")),
        "link",
    ),
    (
        "references set nothing by themselves",
        NOTES.format(", CONSTRAINT link " + LINK.format("(tenant_id, id)", "", "SET NULL")),
        "link",
    ),
    (
        "nothing happens behind the stores' backs",
        (
            "CREATE TRIGGER busy BEFORE UPDATE ON customers FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        "busy",
    ),
    ("no number comes from a sequence", "ALTER TABLE events ADD n serial", "events_n_seq"),
    (
        "every value comes with its statement",
        "ALTER TABLE events ADD seen timestamptz DEFAULT now()",
        "events.seen",
    ),
    ("text is compared byte by byte", "ALTER TABLE events ADD seen text", "events.seen"),
    (
        "every table has its wall",
        "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
        "events",
    ),
    ("every table has its wall", "REVOKE ALL ON events FROM crm_app", "events"),
    ("upkeep reads every table", "REVOKE ALL ON events FROM crm_upkeep", "events"),
]


@pytest.mark.parametrize(("rule", "change", "found"), BREACHES)
def test_a_breach_is_found(broken: PostgresDatastore, rule: str, change: str, found: str) -> None:
    broken.rows(change)
    assert broken.rows(RULES[rule]) == [(found,)]


def test_every_rule_can_be_broken() -> None:
    assert {rule for rule, _, _ in BREACHES} == RULES.keys()
