"""The check on SQL: what it catches, and what it leaves alone."""

from pathlib import Path
from textwrap import dedent

import pytest

from scripts.lint_sql import faults, main

SERVICE = Path("crm_cell/contacts/service.py")
STORE = Path("crm_cell/contacts/store.py")
STORAGE = Path("crm_cell/storage/sqlite/database.py")
COUNTERS = Path("crm_cell/storage/counters.py")

WITHOUT_TENANT = 'GET = "SELECT name FROM contacts WHERE id = :id"\n'
WITH_TENANT = 'GET = "SELECT name FROM contacts WHERE tenant_id = :tenant AND id = :id"\n'


def lint(path: Path, source: str) -> list[str]:
    return list(faults(path, dedent(source)))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "\\n  SELECT name\\n  FROM contacts",
        "INSERT INTO contacts VALUES (:id)",
        "INSERT OR IGNORE INTO contacts VALUES (:id)",
        "UPDATE contacts SET name = :name",
        "DELETE FROM contacts",
        "WITH RECURSIVE t(n) AS (SELECT 1)",
        "CREATE UNIQUE INDEX a ON b (c)",
        "ALTER TABLE contacts ADD COLUMN a",
        "DROP TABLE contacts",
        "PRAGMA journal_mode = WAL",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SAVEPOINT unit",
        "SET LOCAL app.tenant_id = ''",
        " WHERE id = :id",
        "ORDER BY id",
        "ON CONFLICT DO NOTHING",
    ],
)
def test_sql_outside_a_store_is_a_fault(sql: str) -> None:
    found = lint(SERVICE, f'X = "{sql}"\n')
    assert len(found) == 1
    assert found[0].startswith("crm_cell/contacts/service.py:1: SQL outside a store: ")


@pytest.mark.parametrize(
    "words",
    [
        "DELETE",
        "DELETE /contacts/{id}",
        "UPDATE",
        "CREATE",
        "CREATED",
        "BEGIN by reading the manual",
        "Select a customer from the list.",
        "select a customer from the list",
        "WITHDRAWN",
        "WHEREVER",
        "ORDER_BY",
        "SET_UP",
    ],
)
def test_words_that_only_look_like_sql_are_left_alone(words: str) -> None:
    assert lint(SERVICE, f'X = "{words}"\n') == []


@pytest.mark.parametrize(
    "sql", [" AND owner_id = :owner", "WHERE tenant_id = :t AND coalesce(c.owner_id, '') = :owner"]
)
def test_a_scope_of_ones_own_is_a_fault(sql: str) -> None:
    told = "crm_cell/contacts/store.py:1: resources/visibility.py says what an owner sees"
    assert told in lint(STORE, f'X = "{sql}"\n')
    assert lint(STORAGE.with_name("visibility.py"), f'X = "{sql}"\n') == []


def test_to_hand_over_and_to_ask_for_an_owner_is_no_scope() -> None:
    for sql in (
        "UPDATE contacts SET owner_id = :owner WHERE tenant_id = :tenant AND id = :id",
        " AND owner_id = :named",
    ):
        assert lint(STORE, f'X = "{sql}"\n') == []


def test_comments_and_docstrings_may_speak_of_sql() -> None:
    source = '''
        """SELECT name FROM contacts"""

        # DELETE FROM contacts
        def f() -> None:
            """DELETE FROM contacts"""
    '''
    assert lint(SERVICE, source) == []
    assert lint(STORE, source) == []


@pytest.mark.parametrize(
    "expression",
    [
        'f"SELECT {columns} FROM contacts"',
        '"SELECT name " "FROM contacts"',
        '"SELECT " + columns + " FROM contacts"',
        'f"{base} WHERE id = :id"',
        'run(tx, sql="DELETE FROM contacts")',
        '["DELETE FROM contacts"]',
    ],
)
def test_a_statement_is_seen_however_it_is_put_together(expression: str) -> None:
    assert len(lint(SERVICE, f"x = {expression}\n")) == 1


def test_a_store_may_hold_sql_that_names_the_tenant() -> None:
    assert lint(STORE, WITH_TENANT) == []


@pytest.mark.parametrize("path", [STORE, COUNTERS])
def test_a_statement_without_the_tenant_is_a_fault(path: Path) -> None:
    assert lint(path, WITHOUT_TENANT) == [
        f"{path}:1: a statement without tenant_id: SELECT name FROM contacts WHERE id = :id"
    ]


def test_the_storage_layer_knows_no_tenant() -> None:
    assert lint(STORAGE, WITHOUT_TENANT) == []


def test_the_tenant_in_any_piece_of_a_statement_is_enough() -> None:
    assert lint(STORE, 'x = f"SELECT {c} FROM a" " WHERE tenant_id = :tenant"\n') == []
    assert lint(STORE, 'x = "SELECT " + c + " FROM a WHERE tenant_id = :tenant"\n') == []


def test_the_tenant_in_a_constant_of_the_module_is_enough() -> None:
    assert lint(STORE, 'KEY = "tenant_id = :t"\nx = f"SELECT a FROM b WHERE {KEY}"\n') == []
    assert lint(STORE, 'KEY: str = "tenant_id = :t"\nx = "SELECT a FROM b WHERE " + KEY\n') == []
    assert len(lint(STORE, 'KEY = "id = :id"\nx = f"SELECT a FROM b WHERE {KEY}"\n')) == 1


def test_a_placeholder_named_after_the_tenant_is_not_the_tenant() -> None:
    assert len(lint(STORE, 'x = f"SELECT name FROM contacts WHERE {tenant_id}"\n')) == 1


def test_a_comment_with_a_reason_excuses_the_statement_below_it() -> None:
    assert lint(STORE, "# every tenant: the purge is for all\n" + WITHOUT_TENANT) == []
    assert lint(STORE, "# every tenant: a reason\n# of two lines\n" + WITHOUT_TENANT) == []


def test_the_comment_may_stand_above_the_call_or_the_string() -> None:
    above_the_string = """
        async def purge(tx):
            await tx.run(
                # every tenant: the purge is for all
                "DELETE FROM keys",
            )
    """
    above_the_call = """
        async def purge(tx):
            # every tenant: the purge is for all
            await tx.run(
                "DELETE FROM keys",
            )
    """
    assert lint(STORE, above_the_string) == []
    assert lint(STORE, above_the_call) == []


def test_a_comment_without_a_reason_excuses_nothing() -> None:
    assert len(lint(STORE, "# every tenant:\n" + WITHOUT_TENANT)) == 1


def test_a_comment_above_a_function_does_not_excuse_its_body() -> None:
    source = """
        # every tenant: said about the function
        async def purge(tx):
            await tx.run("DELETE FROM keys")
    """
    assert len(lint(STORE, source)) == 1


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("UPDATE a SET b = now() WHERE tenant_id = :t", "the time must be a parameter"),
        ("SELECT 1 FROM a WHERE tenant_id = :t AND b < CURRENT_TIMESTAMP", "the time must be"),
        ("SELECT 1 FROM a WHERE tenant_id = :t AND b < unixepoch('now')", "the time must be"),
        (
            "INSERT INTO a (tenant_id) VALUES (:t) ON CONFLICT (tenant_id) DO UPDATE SET b = NOW()",
            "the time must be a parameter",
        ),
        ("UPDATE a SET b = random() WHERE tenant_id = :t", "a generated value must be a parameter"),
        (" ON CONFLICT (tenant_id) DO UPDATE SET b = random()", "a generated value must be"),
        ("INSERT INTO a (tenant_id, id) VALUES (:t, uuidv7())", "a generated value must be"),
        ("WITH RECURSIVE n (i) AS (SELECT 1) SELECT i FROM n WHERE tenant_id = :t", "no recursion"),
        (
            "INSERT INTO a SELECT * FROM b WHERE tenant_id = :t",
            "an INSERT must have the column tenant_id",
        ),
        (
            "INSERT INTO a (id) SELECT id FROM b WHERE tenant_id = :t",
            "an INSERT must have the column tenant_id",
        ),
        (
            "INSERT INTO a (tenant_id, id) SELECT * FROM unnest(:t, :i)",
            "INSERT … SELECT must read a table",
        ),
        (
            "SELECT e.id FROM search_entries AS e JOIN customers AS c ON c.tenant_id = :tenant",
            "the search index is read in a statement of its own",
        ),
        (
            "SELECT record_id FROM search_entries WHERE terms @> :terms AND tenant_id <> ''",
            "the search index is read for one tenant",
        ),
        ("FOR UPDATE SKIP LOCKED", "SKIP LOCKED needs a tenant_id"),
    ],
)
def test_what_a_distributed_database_refuses_is_a_fault(sql: str, reason: str) -> None:
    (found,) = lint(STORE, f'X = "{sql}"\n')
    assert found.startswith(f"crm_cell/contacts/store.py:1: {reason}")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM a WHERE tenant_id = :t ORDER BY id FOR UPDATE SKIP LOCKED",
        "INSERT INTO a (id, tenant_id) VALUES (:id, :t) ON CONFLICT (tenant_id, id) DO NOTHING",
        "UPDATE a SET updated_at = :now, random = :r WHERE tenant_id = :t",
    ],
)
def test_what_a_distributed_database_runs_is_none(sql: str) -> None:
    assert lint(STORE, f'X = "{sql}"\n') == []


def test_every_tenant_at_once_skips_no_locks() -> None:
    source = """
        # every tenant: the queue is for all
        TAKE = "SELECT id FROM queue ORDER BY id LIMIT 9 FOR UPDATE SKIP LOCKED"
    """
    (found,) = lint(STORE, source)
    assert "SKIP LOCKED needs a tenant_id" in found


def test_lower_case_sql_in_a_store_is_a_fault_since_nothing_would_see_it() -> None:
    found = lint(STORE, 'X = "select name from contacts"\n')
    assert len(found) == 1
    assert "upper case" in found[0]


def test_the_command_prints_the_place_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "service.py").write_text('\nX = "DELETE FROM contacts"\n', encoding="utf-8")
    assert main(str(tmp_path)) == 1
    assert f"{tmp_path}/service.py:2: SQL outside a store" in capsys.readouterr().out


def test_the_command_is_silent_when_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "store.py").write_text(WITH_TENANT, encoding="utf-8")
    assert main(str(tmp_path)) == 0
    assert capsys.readouterr().out == ""
