"""crm-cell move: what was stopped goes on where it was, and is not served before."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.migrate import migrate
from crm_cell.storage.open import place_of
from tests.cli.conftest import Terminal
from tests.cli.move.conftest import answered, contents, moves, pages, refuses
from tests.databases import Datastore, Outside, PostgresDatastore, SqliteFile
from tests.processes import PATIENCE_SECONDS, environment


class Mover:
    """A move in a process of its own, which can be killed."""

    def __init__(self, folder: Path, source: Datastore, target: Datastore) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crm_cell", "move", "--from", source.url, "--to", target.url],
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None


CUSTOMERS = 7_000
MANY = f"""
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CUSTOMERS})
INSERT INTO customers (tenant_id, id, name, name_key, status, version, created_at, updated_at)
SELECT 'many', printf('%08d', i), '客户 ' || i, '客户 ' || i, 1, 1, i, i FROM n
"""
WAITING = """
SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""
IN_THE_WAY = """
INSERT INTO customers (tenant_id, id, name, name_key, status, version, created_at, updated_at)
VALUES ('many', '00005000', '', '', 1, 1, 0, 0)
"""


@pytest.fixture(scope="module")
def stopped(
    filled_file: Path,
    postgres_template: PostgresDatastore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, PostgresDatastore]]:
    """A file, and the target of a move that was killed in the third transaction of a table."""
    folder = tmp_path_factory.mktemp("stopped")
    source = SqliteFile(Path(shutil.copy(filled_file, folder / "crm.db")))
    source.rows(MANY)
    target = postgres_template.copy()
    other, observer = Outside(target.url), Outside(target.url)
    other.run("BEGIN")
    other.run(IN_THE_WAY)
    mover = Mover(folder, source, target)
    while not observer.run(WAITING):
        assert mover.is_running
    mover.kill()
    other.run("ROLLBACK")
    other.close()
    observer.close()
    yield source.path, target
    target.close()


@pytest.fixture
def interrupted(
    source: SqliteFile, stopped: tuple[Path, PostgresDatastore]
) -> Iterator[PostgresDatastore]:
    """A copy of both, the file in the place of `source`."""
    shutil.copy(stopped[0], source.path)
    copy = stopped[1].copy()
    copy.rows("UPDATE unfinished_move SET source = ?", place_of(source.url))
    yield copy
    copy.close()


def test_a_killed_move_goes_on_where_it_was(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore
) -> None:
    progress = "SELECT done, rows FROM unfinished_move WHERE table_name = 'customers'"
    assert interrupted.rows(progress) == [(4000, CUSTOMERS + 202)]
    there = interrupted.rows("SELECT id, xmin::text FROM customers")
    assert len(there) == 4000
    moves(nowhere, source, interrupted)
    assert contents(interrupted) == contents(source)
    assert set(there) < set(interrupted.rows("SELECT id, xmin::text FROM customers"))


def test_a_target_that_is_not_all_there_is_not_served(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore
) -> None:
    with pytest.raises(CannotOpen) as refused:
        asyncio.run(answered(interrupted.url, pages))
    why = "its transfer is unfinished: run the same crm-cell move again"
    assert refused.value.reason == f"{place_of(interrupted.url)}: {why}"
    moves(nowhere, source, interrupted)
    assert asyncio.run(answered(interrupted.url, pages))


def test_an_unfinished_move_takes_no_other_source(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore, tmp_path: Path
) -> None:
    other = SqliteFile(Path(shutil.copy(source.path, tmp_path / "other.db")))
    line = refuses(nowhere, other, interrupted)
    assert line == f"it has an unfinished move from {place_of(source.url)}"


def test_a_source_that_was_used_in_between_is_refused(
    nowhere: Terminal, source: SqliteFile, interrupted: PostgresDatastore
) -> None:
    source.rows(IN_THE_WAY.replace("many", "new"))
    line = refuses(nowhere, source, interrupted)
    assert line == "the source has changed since this move began: begin with a new target"


def test_a_part_of_a_database_is_no_source(
    nowhere: Terminal, interrupted: PostgresDatastore, tmp_path: Path
) -> None:
    back = SqliteFile(tmp_path / "back.db")
    migrate(back.url)
    line = refuses(nowhere, interrupted, back)
    assert line == "the source is incomplete: a transfer into it is unfinished"


def test_a_part_of_a_file_is_not_served_either(tmp_path: Path) -> None:
    half = SqliteFile(tmp_path / "half.db")
    migrate(half.url)
    half.rows("CREATE TABLE unfinished_move (source TEXT)")
    with pytest.raises(CannotOpen) as refused:
        asyncio.run(answered(half.url, pages))
    why = "its transfer is unfinished: run the same crm-cell move again"
    assert refused.value.reason == f"{half.path}: {why}"


# The comparison


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            "UPDATE customers SET version = 2 WHERE id = '00000001'",
            "customers: the sum of version: 7213 in the source, 7214 in the target",
        ),
        (
            "UPDATE customers SET name = '客户 9' WHERE id = '00000001'",
            "customers: as many rows on both sides, but not the same",
        ),
        (
            "DELETE FROM customers WHERE id = '00000001'",
            "customers: rows: 7202 in the source, 7201 in the target",
        ),
    ],
)
def test_a_difference_is_found_and_the_target_is_not_served(
    nowhere: Terminal,
    source: SqliteFile,
    interrupted: PostgresDatastore,
    change: str,
    line: str,
) -> None:
    interrupted.rows(change)
    for _ in range(2):
        said = nowhere.fails("move", "--from", source.url, "--to", interrupted.url)
        assert said == f"crm-cell: {place_of(interrupted.url)}: {line}"
    with pytest.raises(CannotOpen):
        asyncio.run(answered(interrupted.url, pages))
