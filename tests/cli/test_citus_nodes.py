"""Workers of a cluster: what they lack is reported by name, and `distribute --apply` brings it."""

import pytest

from crm_cell.storage.open import place_of
from tests.cli.conftest import Terminal
from tests.databases import PostgresDatastore
from tests.storage.cluster import Worker

CANNOT_LOG_IN = ["missing: crm_app may log in", "missing: crm_upkeep may log in"]
SETTING = "missing: citus.propagate_set_commands=local"


@pytest.fixture
def terminal(cluster_terminal: Terminal) -> Terminal:
    """A worker was added after the cluster had been set up: nobody has been to it."""
    return cluster_terminal


def faults(terminal: Terminal) -> list[str]:
    """What `check` says of the workers, none when it says that all is well."""
    said = terminal.run("check")
    lines = said.out.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("workers"))
    found = [line.strip() for line in lines[first + 1 :] if line.startswith("  ")]
    assert lines[first] == f"workers    {f'{len(found)} faults' if found else 'ok'}"
    assert said.code == (1 if found else 0)
    return found


def test_a_worker_that_was_added_later_is_reported_and_then_mended(terminal: Terminal) -> None:
    assert faults(terminal) == [
        f"here: {SETTING}",
        *(f"w1:5432: {each}" for each in [SETTING, *CANNOT_LOG_IN]),
    ]
    said = terminal.run("distribute", "--apply")
    assert said.code == 0, said.err
    assert faults(terminal) == []
    said = terminal.run("distribute")
    assert said.out == "-- every table is distributed, and every worker has what it needs\n"


def test_mending_twice_changes_nothing(terminal: Terminal, worker: Worker) -> None:
    roles = "SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname ~ '^crm_' ORDER BY 1"
    terminal.run("distribute", "--apply")
    assert worker.rows(roles) == [("crm_app", True, False), ("crm_upkeep", True, False)]
    worker.rows("ALTER ROLE crm_app NOLOGIN")
    terminal.run("distribute", "--apply")
    assert worker.rows(roles) == [("crm_app", True, False), ("crm_upkeep", True, False)]


def test_roles_on_the_coordinator_stay_without_login(
    terminal: Terminal, coordinator: PostgresDatastore
) -> None:
    terminal.run("distribute", "--apply")
    found = coordinator.rows(
        "SELECT rolcanlogin FROM pg_roles WHERE rolname ~ '^crm_(app|upkeep)$'"
    )
    assert found == [(False,), (False,)]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DROP FUNCTION named_tenant CASCADE", "missing: named_tenant has the text "),
        (
            (
                "CREATE OR REPLACE FUNCTION named_tenant() RETURNS text LANGUAGE sql STABLE"
                " AS $$ SELECT 'acme' $$"
            ),
            "missing: named_tenant has the text ",
        ),
        (
            "ALTER DATABASE {database} RESET citus.propagate_set_commands",
            SETTING,
        ),
    ],
    ids=["function gone", "function differs", "setting gone"],
)
def test_what_a_worker_has_lost_comes_back(
    terminal: Terminal,
    coordinator: PostgresDatastore,
    worker: Worker,
    damage: str,
    fault: str,
) -> None:
    terminal.run("distribute", "--apply")
    worker.rows(damage.format(database=coordinator.name))
    (found,) = faults(terminal)
    assert found.startswith(f"w1:5432: {fault}")
    terminal.run("distribute", "--apply")
    assert faults(terminal) == []


def test_rights_that_a_worker_lacks_are_granted_from_here(
    terminal: Terminal, worker: Worker
) -> None:
    terminal.run("distribute", "--apply")
    worker.rows("REVOKE INSERT ON customers FROM crm_app")
    assert faults(terminal) == ["w1:5432: missing: crm_app may INSERT customers"]
    script = terminal.run("distribute").out
    assert "\nGRANT INSERT, SELECT, UPDATE ON customers TO crm_app;\n" in script
    assert "\nGRANT DELETE, SELECT, UPDATE ON customers TO crm_upkeep;\n" in script


def test_a_role_that_row_level_security_does_not_hold_is_a_fault_that_a_person_must_mend(
    terminal: Terminal, coordinator: PostgresDatastore, worker: Worker
) -> None:
    terminal.run("distribute", "--apply")
    worker.rows("ALTER ROLE crm_app BYPASSRLS")
    fault = "w1:5432: missing: crm_app is held by row-level security"
    assert faults(terminal) == [fault]
    line = terminal.fails("distribute", "--apply")
    assert line == f"crm-cell: {place_of(coordinator.url)}: {fault}"


def test_a_worker_that_is_away_is_named(
    terminal: Terminal, coordinator: PostgresDatastore, worker: Worker
) -> None:
    terminal.run("distribute", "--apply")
    coordinator.rows("INSERT INTO nodes VALUES ('w2', 5432, 'host=127.0.0.1 port=1')")
    (found,) = faults(terminal)
    assert found.startswith("w2:5432: does not answer: ")
    assert "w2:5432: " in terminal.fails("distribute", "--apply")


def test_versions_that_only_the_coordinator_has_are_a_fault(
    terminal: Terminal, coordinator: PostgresDatastore
) -> None:
    terminal.run("distribute", "--apply")
    coordinator.rows(
        "DELETE FROM pg_dist_partition WHERE logicalrelid = 'alembic_version'::regclass"
    )
    assert faults(terminal) == ["here: alembic_version is on no other node"]
    assert "\nSELECT create_reference_table('alembic_version');\n" in terminal.run("distribute").out
