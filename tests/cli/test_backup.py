"""crm-cell backup and restore: what was acknowledged before a backup began is in it."""

import base64
import hashlib
import shutil
import stat
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import anyio
import httpx
import pytest
from alembic import command
from alembic.config import Config

from crm_cell.storage import migrate
from crm_cell.storage.schema_version import SCHEMA_VERSION
from crm_cell.storage.sqlite.backup import back_up
from crm_cell.storage.sqlite.process_lock import sole_service
from tests.cli.conftest import Terminal
from tests.processes import Process, rows, serving

BACKUPS = 20
WRITERS = 4
NAMES = "SELECT name FROM customers ORDER BY name"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(path: Path) -> set[str]:
    return {str(name) for (name,) in rows(path, NAMES)}


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    file = terminal.write("people.csv", "name\nAda\nBo\n")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    return terminal


class Load:
    """Writers that create customers until they are stopped."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.acknowledged: list[str] = []

    async def write(self, client: httpx.AsyncClient) -> None:
        while True:
            name = f"customer {len(self.sent)}"
            self.sent.append(name)
            headers = {"X-Request-ID": name.replace(" ", "-")}
            answer = await client.post("/customers", json={"name": name}, headers=headers)
            assert answer.status_code == 201
            self.acknowledged.append(name)


async def back_up_under_load(process: Process) -> list[tuple[Path, set[str], set[str]]]:
    """Each backup, what was acknowledged when it began, and what was sent when it ended."""
    load, made = Load(), []
    async with process.client() as client, anyio.create_task_group() as writers:
        for _ in range(WRITERS):
            writers.start_soon(load.write, client)
        for number in range(BACKUPS):
            await anyio.sleep(0.02)
            file, before = process.folder / f"{number}.db", set(load.acknowledged)
            await anyio.to_thread.run_sync(back_up, process.path, file, lambda *_: None)
            made.append((file, before, set(load.sent)))
        writers.cancel_scope.cancel()
    return made


async def test_twenty_backups_under_load_hold_what_was_acknowledged(
    nowhere: Terminal, tmp_path: Path
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(folder) as process:
        made = await back_up_under_load(process)
        assert process.stop() == 0
    assert len(made[-1][1]) > BACKUPS
    for file, acknowledged, sent in made:
        said = await anyio.to_thread.run_sync(nowhere.run, "restore", file, "--replace")
        assert said.code == 0, said
        found = names(nowhere.path)
        assert acknowledged <= found <= sent


def test_a_backup_beside_a_service_is_private_and_has_a_checksum(filled: Terminal) -> None:
    file = filled.folder / "backup.db"
    with sole_service(filled.path):
        said = filled.run("backup", file)
    assert said.code == 0, said
    assert (mode(file), mode(filled.folder / "backup.db.sha256")) == (0o600, 0o600)
    assert names(file) == {"Ada", "Bo"}
    assert not [path.name for path in filled.folder.iterdir() if ".part" in path.name]


@pytest.mark.parametrize("what", ["file", "link", "dangling link"])
def test_a_backup_overwrites_nothing_and_follows_no_link(filled: Terminal, what: str) -> None:
    file, elsewhere = filled.folder / "backup.db", filled.folder / "elsewhere"
    if what != "dangling link":
        elsewhere.write_text("mine")
    if what == "file":
        elsewhere.rename(file)
    else:
        file.symlink_to(elsewhere)
    assert filled.fails("backup", file) == f"crm-cell: {file}: there is a file already"
    if what != "dangling link":
        assert file.read_text() == "mine"
    assert elsewhere.exists() == (what == "link")


def test_verify_checks_and_restores_nothing(filled: Terminal) -> None:
    file = filled.folder / "backup.db"
    filled.run("backup", file)
    filled.path.unlink()
    said = filled.run("restore", file, "--verify")
    assert said.code == 0, said
    assert [line.split()[0] for line in said.out.splitlines()] == [
        "checksum",
        "integrity",
        "schema",
        "counters",
        "audit",
        "acme:",
        f"{file}:",
    ]
    assert not filled.path.exists()


def test_a_changed_backup_is_refused(filled: Terminal) -> None:
    file = filled.folder / "backup.db"
    filled.run("backup", file)
    data = bytearray(file.read_bytes())
    data[-100] ^= 1
    file.write_bytes(data)
    line = filled.fails("restore", file, "--verify")
    assert line == f"crm-cell: {file}: is not what backup.db.sha256 says"


def tamper(filled: Terminal, sql: str) -> Path:
    """A backup of a database that was changed behind the service's back."""
    file = filled.folder / "backup.db"
    filled.rows(sql)
    assert filled.run("backup", file).code == 0
    return file


@pytest.mark.parametrize(
    "sql",
    ["UPDATE counters SET value = value + 1", "UPDATE audit_logs SET resource_name = 'Eve'"],
    ids=["counters", "audit trail"],
)
def test_a_backup_that_does_not_hold_together_is_refused(filled: Terminal, sql: str) -> None:
    file = tamper(filled, sql)
    filled.path.unlink()
    line = filled.fails("restore", file)
    assert line == "crm-cell: the contents of the backup are inconsistent: nothing was restored"
    assert not filled.path.exists()


def test_restore_leaves_a_database_alone_unless_told_to_replace_it(filled: Terminal) -> None:
    file = filled.folder / "backup.db"
    filled.run("backup", file)
    more = filled.write("more.csv", "name\nCy\n")
    filled.run("import", more, "--tenant", "acme")
    line = filled.fails("restore", file)
    assert line == f"crm-cell: {filled.path}: there is a database already: --replace moves it aside"
    assert names(filled.path) == {"Ada", "Bo", "Cy"}
    assert filled.run("restore", file, "--replace").code == 0
    assert names(filled.path) == {"Ada", "Bo"}
    [aside] = filled.folder.glob("crm.db.replaced-*")
    assert names(aside) == {"Ada", "Bo", "Cy"}
    assert mode(filled.path) == 0o600


def test_a_database_behind_a_link_is_restored_where_it_is(
    filled: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, link = filled.folder / "backup.db", filled.folder / "links" / "crm.db"
    link.parent.mkdir()
    link.symlink_to(filled.path)
    monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{link}")
    assert filled.run("backup", file).code == 0
    assert filled.run("restore", file, "--replace").code == 0
    assert link.is_symlink()
    assert names(filled.path) == {"Ada", "Bo"}
    assert len(list(filled.folder.glob("crm.db.replaced-*Z"))) == 1


def test_restore_is_refused_while_a_service_runs(filled: Terminal) -> None:
    file = filled.folder / "backup.db"
    filled.run("backup", file)
    with sole_service(filled.path):
        assert "serves it already" in filled.fails("restore", file, "--replace")
        assert filled.run("restore", file, "--verify").code == 0


def test_the_log_of_the_old_database_is_not_applied_to_the_new_one(filled: Terminal) -> None:
    file = filled.folder / "backup.db"
    filled.run("backup", file)
    log = filled.path.with_name("crm.db-wal")
    shutil.copy(file, log)
    assert filled.run("restore", file, "--replace").code == 0
    assert not log.exists()
    assert names(filled.path) == {"Ada", "Bo"}


def test_a_damaged_database_is_moved_aside_with_its_log(filled: Terminal) -> None:
    file = filled.folder / "backup.db"
    filled.run("backup", file)
    filled.path.write_bytes(filled.path.read_bytes()[:4096] + b"\xa5" * 40_960)
    damaged = filled.path.read_bytes()
    assert filled.run("restore", file, "--replace").code == 0
    assert names(filled.path) == {"Ada", "Bo"}
    [aside] = filled.folder.glob("crm.db.replaced-*Z")
    assert aside.read_bytes() == damaged


def test_a_backup_that_finds_no_room_leaves_nothing(filled: Terminal) -> None:
    before = sorted(filled.folder.iterdir())
    limits = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        line = filled.fails("backup", filled.folder / "backup.db")
    finally:
        setrlimit(RLIMIT_FSIZE, limits)
    assert line.startswith(f"crm-cell: {filled.folder / 'backup.db'}: ")
    assert sorted(filled.folder.iterdir()) == before


def test_a_backup_of_encrypted_data_needs_its_keys(
    nowhere: Terminal, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(empty_database, nowhere.path)
    key, other = (base64.b64encode(bytes([digit]) * 32).decode() for digit in (1, 2))
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", key)
    people = nowhere.write("people.csv", "name,contactPhone\nAda,13812345678\n")
    assert nowhere.run("import", people, "--tenant", "acme").code == 0
    file = nowhere.folder / "backup.db"
    assert nowhere.run("backup", file).code == 0
    assert b"13812345678" not in file.read_bytes()
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", other)
    said = nowhere.run("restore", file, "--verify")
    assert (said.code, said.err.splitlines()[-1].split(":")[1]) == (2, " CRM_ENCRYPTION_KEY")
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", key)
    assert nowhere.run("restore", file, "--replace").code == 0


def test_a_backup_of_a_schema_that_is_not_known_is_refused(filled: Terminal) -> None:
    file = tamper(filled, "UPDATE alembic_version SET version_num = '9999'")
    filled.path.unlink()
    assert "is not one of this release's" in filled.fails("restore", file)
    assert not filled.path.exists()


def test_a_backup_of_an_older_release_is_brought_to_this_schema(nowhere: Terminal) -> None:
    old = nowhere.folder / "old.db"
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.attributes["url"] = f"sqlite:///{old}"
    command.upgrade(config, "0006")
    digest = hashlib.sha256(old.read_bytes()).hexdigest()
    nowhere.write("old.db.sha256", f"{digest}  old.db\n")
    said = nowhere.run("restore", old)
    assert said.code == 0, said
    assert f"schema     0006, now {SCHEMA_VERSION}" in said.out
    assert nowhere.run("check", "--counters").code == 0
