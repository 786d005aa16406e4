"""crm-cell audit: whether the trail is as it was written."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_cell.cli import audit
from tests.audit.conftest import KEY, NEW_KEY
from tests.cli.conftest import Terminal

NOT_AS_WRITTEN = "the entry, or what came before it, is not as it was written"
CSV = "name\nAcme\nGlobex\nInitech\n"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_AUDIT_KEY", KEY)


@pytest.fixture
def fill(terminal: Terminal) -> Callable[[], None]:
    """Three entries more, each time."""
    files = iter("abc")

    def import_three() -> None:
        prefix = next(files)
        file = terminal.write(f"{prefix}.csv", CSV.replace("\n", f"\n{prefix} ", 3))
        said = terminal.run("import", file, "--tenant", "acme")
        assert said.code == 0, said

    return import_three


def change(terminal: Terminal, sql: str) -> None:
    terminal.rows(sql)


@pytest.mark.usefixtures("key")
def test_a_whole_trail_is_told_of(terminal: Terminal, fill: Callable[[], None]) -> None:
    fill()
    said = terminal.run("audit", "verify")
    assert (said.code, said.out) == (0, "acme: ok, 3 entries\n")
    assert terminal.run("audit", "verify", "--tenant", "acme").out == said.out


@pytest.mark.usefixtures("key")
def test_what_is_wrong_is_told_of_and_fails(terminal: Terminal, fill: Callable[[], None]) -> None:
    fill()
    [_, (second,), _] = terminal.rows("SELECT id FROM audit_logs ORDER BY id")
    change(terminal, f"UPDATE audit_logs SET actor = 'mallory' WHERE id = '{second}'")
    said = terminal.run("audit", "verify")
    assert (said.code, said.out.splitlines()) == (
        1,
        [
            "acme: 1 faults, 3 entries",
            f"  shard 0, entry {second}: {NOT_AS_WRITTEN}",
        ],
    )
    assert said.err == "crm-cell: 1 faults found\n"


@pytest.mark.usefixtures("key")
def test_of_very_many_faults_only_the_first_are_listed(
    terminal: Terminal, fill: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_MOST_LISTED", 1)
    fill()
    change(terminal, "UPDATE audit_logs SET actor = 'mallory'")
    head, first, more = terminal.run("audit", "verify").out.splitlines()
    assert (head, more) == ("acme: 3 faults, 3 entries", "  and 2 more")
    assert first.endswith(NOT_AS_WRITTEN)


def test_without_a_key_it_says_what_that_is_worth(
    terminal: Terminal, fill: Callable[[], None]
) -> None:
    fill()
    said = terminal.run("audit", "verify")
    assert (said.code, said.out) == (0, "acme: ok, 3 entries, 3 chained without a key\n")
    assert "audit log  chained without a key" in terminal.run("check").out


def test_what_is_from_before_the_key_is_sealed_once_it_was_looked_at(
    terminal: Terminal, fill: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    monkeypatch.setenv("CRM_AUDIT_KEY", KEY)
    told = "acme: ok, 3 entries, 3 chained without a key"
    said = terminal.run("audit", "verify")
    assert (said.code, said.out) == (1, f"{told}, 1 heads without a key\n")
    said = terminal.run("audit", "seal")
    assert (said.code, said.out) == (0, f"{told}, 1 heads without a key\n  authenticated: 1\n")
    said = terminal.run("audit", "verify")
    assert (said.code, said.out) == (0, f"{told}\n")


def test_what_is_not_as_it_was_written_is_not_sealed(
    terminal: Terminal, fill: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    change(terminal, "DELETE FROM audit_logs WHERE id = (SELECT min(id) FROM audit_logs)")
    monkeypatch.setenv("CRM_AUDIT_KEY", KEY)
    before = terminal.rows("SELECT seal FROM audit_heads")
    assert terminal.fails("audit", "seal") == "crm-cell: 1 faults found"
    assert terminal.rows("SELECT seal FROM audit_heads") == before


@pytest.mark.usefixtures("key")
def test_an_old_copy_of_the_database_is_found(
    terminal: Terminal, fill: Callable[[], None], tmp_path: Path
) -> None:
    """Chains and heads of the copy are genuine; what was signed since is missing from it."""
    fill()
    copy = shutil.copy(terminal.path, tmp_path / "copy.db")
    fill()
    signed = terminal.write("heads.jsonl", terminal.run("audit", "heads").out)
    assert terminal.run("audit", "verify", "--heads", signed).code == 0
    [(last,)] = terminal.rows("SELECT max(id) FROM audit_logs")
    for suffix in ("-wal", "-shm"):
        terminal.path.with_name(f"crm.db{suffix}").unlink(missing_ok=True)
    shutil.copy(copy, terminal.path)
    assert terminal.run("audit", "verify").code == 0
    said = terminal.run("audit", "verify", "--heads", signed)
    assert (said.code, said.out.splitlines()) == (
        1,
        [
            "acme: 1 faults, 3 entries",
            f"  shard 0, entry {last}: the entry was signed, and is not there any more",
        ],
    )


@pytest.mark.usefixtures("key")
def test_a_trail_that_is_gone_altogether_is_found(
    terminal: Terminal, fill: Callable[[], None]
) -> None:
    fill()
    signed = terminal.write("heads.jsonl", terminal.run("audit", "heads").out)
    for table in ("audit_logs", "audit_heads"):
        change(terminal, f"DELETE FROM {table}")
    assert terminal.fails("audit", "verify") == "crm-cell: 4 faults found"
    assert terminal.fails("audit", "verify", "--heads", signed) == "crm-cell: 5 faults found"
    assert terminal.fails("audit", "seal") == "crm-cell: 1 faults found"


@pytest.mark.usefixtures("key")
def test_the_records_whose_entries_are_gone_are_named(
    terminal: Terminal, fill: Callable[[], None]
) -> None:
    fill()
    for table in ("audit_logs", "audit_heads"):
        change(terminal, f"DELETE FROM {table}")
    gone = "the entry of its creation has been removed"
    ids = terminal.rows("SELECT id FROM customers ORDER BY id")
    said = terminal.run("audit", "verify", "--tenant", "acme").out.splitlines()
    assert said == [
        "acme: 4 faults, 0 entries",
        "  shard 0 has been removed: its entries and its head are gone",
        *(f"  customer {identifier}: {gone}" for (identifier,) in ids),
    ]


@pytest.mark.usefixtures("key")
def test_a_line_that_was_not_signed_here_is_refused(
    terminal: Terminal, fill: Callable[[], None]
) -> None:
    fill()
    signed = terminal.run("audit", "heads").out
    file = terminal.write("heads.jsonl", signed + signed.replace('"lane":0', '"lane":1'))
    assert terminal.fails("audit", "verify", "--heads", file) == (
        f"crm-cell: {file}:2: this line was not signed with CRM_AUDIT_KEY"
    )
    for broken in ("{", '{"at":1}', "null"):
        file = terminal.write("heads.jsonl", broken)
        assert terminal.fails("audit", "verify", "--heads", file).startswith(f"crm-cell: {file}: ")


@pytest.mark.parametrize("command", ["heads", "seal"])
def test_signing_needs_a_key(terminal: Terminal, command: str) -> None:
    said = terminal.run("audit", command)
    assert (said.code, said.err) == (
        2,
        "crm-cell: CRM_AUDIT_KEY: must be set: crm-cell keys new prints a key\n",
    )


@pytest.mark.usefixtures("key")
def test_old_keys_are_known_still(
    terminal: Terminal, fill: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    monkeypatch.setenv("CRM_AUDIT_KEY", NEW_KEY)
    said = terminal.run("audit", "verify")
    assert (said.code, said.err) == (
        2,
        (
            "crm-cell: CRM_AUDIT_KEY: the audit log was written with another key;"
            " set that key, or list it in CRM_AUDIT_OLD_KEYS\n"
        ),
    )
    monkeypatch.setenv("CRM_AUDIT_OLD_KEYS", KEY)
    fill()
    said = terminal.run("audit", "verify")
    assert (said.code, said.out) == (0, "acme: ok, 6 entries\n")
