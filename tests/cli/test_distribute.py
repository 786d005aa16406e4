"""crm-cell distribute, where there is no Citus."""

import pytest

from crm_cell.storage.open import place_of
from tests.cli.conftest import Terminal
from tests.databases import PostgresDatastore


@pytest.fixture
def server(
    nowhere: Terminal, postgres_datastore: PostgresDatastore, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.setenv("CRM_DATABASE_URL", postgres_datastore.url)
    return nowhere


def test_it_prints_a_script(server: Terminal) -> None:
    said = server.run("distribute")
    assert said.code == 0
    assert "\nSELECT create_distributed_table('customers', 'tenant_id');\n" in said.out
    assert said.out.endswith("\nCOMMIT;\n")


def test_without_citus_nothing_is_applied(
    server: Terminal, postgres_datastore: PostgresDatastore
) -> None:
    references = "SELECT conname FROM pg_constraint WHERE contype = 'f' ORDER BY 1"
    before = postgres_datastore.rows(references)
    line = server.fails("distribute", "--apply")
    place = place_of(postgres_datastore.url)
    assert line == f"crm-cell: {place}: Citus is not installed in this database"
    assert postgres_datastore.rows(references) == before


def test_a_file_is_nothing_to_distribute(terminal: Terminal) -> None:
    line = terminal.fails("distribute")
    assert line == f"crm-cell: {terminal.path}: a file: Citus distributes what is in PostgreSQL"
