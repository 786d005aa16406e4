"""crm-cell check."""

import pytest

from crm_cell.storage.schema_version import SCHEMA_VERSION
from tests.cli.conftest import Terminal


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    file = terminal.write("in.csv", "name\n甲\n乙\n")
    assert terminal.run("import", file, "--tenant", "acme", "--user", "alice").code == 0
    return terminal


def change(terminal: Terminal, sql: str) -> None:
    terminal.rows(sql)


def test_a_sound_database_is_told_to_be_one(filled: Terminal) -> None:
    said = filled.run("check", "--counters")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "settings   ok, CRM_AUTH_MODE=dev",
        f"schema     {SCHEMA_VERSION}, of this release",
        "integrity  ok",
        "encryption off: numbers and addresses are plain text (CRM_ENCRYPTION_KEY)",
        "audit log  chained without a key, which anyone could forge (CRM_AUDIT_KEY)",
        f"database   {filled.path} answers",
        "counters   ok",
    ]


def test_counters_are_counted_only_when_asked_for(filled: Terminal) -> None:
    change(filled, "UPDATE counters SET value = 7 WHERE name = 'customers'")
    said = filled.run("check")
    assert (said.code, len(said.out.splitlines())) == (0, 6)


@pytest.mark.parametrize(
    ("accident", "differences"),
    [
        (
            "UPDATE counters SET value = 7 WHERE name = 'customers'",
            ["acme: customers [] is 7, counted 2"],
        ),
        (
            "DELETE FROM counters WHERE name = 'customers.owner'",
            ["acme: customers.owner [alice] is 0, counted 2"],
        ),
        (
            "UPDATE counters SET key = 'bob' WHERE name = 'customers.owner'",
            [
                "acme: customers.owner [alice] is 0, counted 2",
                "acme: customers.owner [bob] is 2, counted 0",
            ],
        ),
        (
            "INSERT INTO counters VALUES ('acme', 'cutsomers', '', 0, 3)",
            ["acme: cutsomers [] is 3, counted 0"],
        ),
        (
            "UPDATE customers SET deleted_at = 1 WHERE name = '甲'",
            [
                "acme: customers [] is 2, counted 1",
                "acme: customers.owner [alice] is 2, counted 1",
            ],
        ),
        (
            "INSERT INTO funnel VALUES ('acme', 'alice', 'CNY', 1, 1, 0, 2, 3, 5)",
            [
                (
                    "acme: funnel.amount_cents [owner=alice currency=CNY stage=1 status=1]"
                    " is 3000000005, counted 0"
                ),
                "acme: funnel.count [owner=alice currency=CNY stage=1 status=1] is 2, counted 0",
            ],
        ),
        (
            (
                "INSERT INTO contracts VALUES ('acme', 'c1', (SELECT id FROM customers LIMIT 1),"
                " NULL, NULL, 'HT-1', 'HT-1', 100, 'CNY', 1, NULL, 40, NULL, 1, 1, 1, NULL)"
            ),
            [
                "acme: contracts [] is 0, counted 1",
                "acme: contracts.owner [] is 0, counted 1",
                "acme: contracts.customer [{customer}] is 0, counted 1",
                "acme: contracts.paid_cents [c1] is 40, counted 0",
            ],
        ),
    ],
)
def test_every_counter_that_is_wrong_is_listed(
    filled: Terminal, accident: str, differences: list[str]
) -> None:
    change(filled, accident)
    said = filled.run("check", "--counters")
    assert said.code == 1
    head, *lines = said.out.splitlines()[6:]
    ((customer,),) = filled.rows("SELECT id FROM customers LIMIT 1")
    assert lines == [f"  {each.format(customer=customer)}" for each in differences]
    assert head == f"counters   {len(differences)} faults"
    assert said.err == f"crm-cell: {len(differences)} faults found\n"


def test_stripes_of_a_counter_are_added_up(filled: Terminal) -> None:
    change(filled, "UPDATE counters SET value = value - 1 WHERE name = 'customers'")
    change(filled, "INSERT INTO counters VALUES ('acme', 'customers', '', 5, 1)")
    assert filled.run("check", "--counters").code == 0


def test_a_dangling_reference_is_a_fault(filled: Terminal) -> None:
    change(filled, "PRAGMA foreign_keys = OFF")
    change(
        filled,
        "INSERT INTO contacts (tenant_id, id, customer_id, name, is_primary, version, created_at,"
        " updated_at) VALUES ('acme', 'k1', 'nobody', '李雷', 0, 1, 1, 1)",
    )
    said = filled.run("check")
    assert said.code == 1
    assert "integrity  1 faults\n  dangling reference: ('contacts', " in said.out


def test_without_a_database_it_says_how_to_make_one(nowhere: Terminal) -> None:
    assert nowhere.fails("check").endswith("there is no database yet: crm-cell migrate makes one")


def test_a_schema_of_another_release_is_refused(terminal: Terminal) -> None:
    change(terminal, "UPDATE alembic_version SET version_num = '9999'")
    assert terminal.fails("check").endswith("not the schema of this release: run crm-cell migrate")


def test_a_file_that_is_no_database_is_one_clear_line(nowhere: Terminal) -> None:
    nowhere.path.write_bytes(b"this is no database at all" * 100)
    assert nowhere.fails("check") == f"crm-cell: {nowhere.path}: file is not a database"


def test_a_broken_file_is_a_fault(filled: Terminal) -> None:
    content = bytearray(filled.path.read_bytes())
    content[8192:] = bytes(len(content) - 8192)
    filled.path.write_bytes(content)
    said = filled.run("check")
    assert said.code == 1
    assert "integrity  ok" not in said.out
    assert len(said.err.splitlines()) == 1


def test_a_wrong_setting_is_one_clear_line(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_LOG_LEVEL", "loud")
    said = terminal.run("check")
    assert (said.code, said.out) == (2, "")
    assert said.err == "crm-cell: CRM_LOG_LEVEL: must be one of debug, info, warning, error\n"
