"""Two services on one file, whatever they call it, and addresses that cannot be opened."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.sqlite.process_lock import sole_service
from tests.cli.conftest import Terminal, nowhere
from tests.processes import serving

__all__ = ["nowhere"]  # a fixture of another folder

NAMES: dict[str, Callable[[Path], Path]] = {
    "relative": lambda path: Path(path.name),
    "with dots": lambda path: path.parent / "." / ".." / path.parent.name / path.name,
    "symbolic link": lambda path: symbolic(path, path.with_name("link.db")),
    "link in another folder": lambda path: symbolic(path, other_folder(path) / "crm.db"),
    "link to the folder": lambda path: symbolic(path.parent, other_folder(path) / "d") / path.name,
    "hard link": lambda path: hard(path, other_folder(path) / "crm.db"),
}


def symbolic(target: Path, link: Path) -> Path:
    link.symlink_to(target)
    return link


def hard(target: Path, link: Path) -> Path:
    link.hardlink_to(target)
    return link


def other_folder(path: Path) -> Path:
    folder = path.parent.with_name("other")
    folder.mkdir()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_second_service_is_refused_whatever_it_calls_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with serving(folder) as first:
        for name in NAMES.values():
            with pytest.raises(CannotOpen) as refused, sole_service(name(first.path)):
                pass
            assert "already" in refused.value.reason
            assert not list(folder.parent.glob("other/*-lock"))
            shutil.rmtree(folder.with_name("other"), ignore_errors=True)
        assert first.stop() == 0
    with sole_service(folder / "crm.db"):
        pass


@pytest.mark.parametrize("command", [("check",), ("backup", "copy.db")], ids=str)
def test_a_command_beside_a_service_works_only_under_a_name_that_leads_to_its_log(
    nowhere: Terminal, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(nowhere.folder)
    assert nowhere.run("migrate").code == 0
    other = hard(nowhere.path, nowhere.folder / "hard.db")
    link = symbolic(nowhere.path, nowhere.folder / "link.db")
    with sole_service(nowhere.path):
        monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{other}")
        line = nowhere.fails(*command)
        assert line == f"crm-cell: {other}: is served under another name; use that"
        monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{link}")
        assert nowhere.run(*command).code == 0


@pytest.mark.parametrize(
    "address", ["f.db?mode=ro", "file:f.db", "file:f.db?mode=ro", "file:///f.db", ":memory:"]
)
@pytest.mark.parametrize("command", ["migrate", "check"])
def test_an_address_that_is_no_plain_path_is_refused_and_leaves_no_file(
    nowhere: Terminal, monkeypatch: pytest.MonkeyPatch, command: str, address: str
) -> None:
    monkeypatch.chdir(nowhere.folder)
    monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{address}")
    said = nowhere.run(command)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "crm-cell: CRM_DATABASE_URL: takes a plain path after sqlite:///,"
        " without file:, :memory: or ?parameters\n"
    )
    assert names_in(nowhere.folder) == set()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sub", "is a folder; name a file in it"),
        ("notes.txt", "file is not a database"),
        ("notes.txt/crm.db", "File exists"),
        ("pipe", "is no regular file"),
        ("loop", "a link that leads to itself"),
    ],
)
def test_what_is_no_database_is_refused_in_one_line_and_nothing_is_made(
    nowhere: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    folder = nowhere.folder
    (folder / "sub").mkdir()
    (folder / "notes.txt").write_text("not a database, but somebody's notes")
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to(folder / "loop")
    before = names_in(folder)
    monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{folder / name}")
    assert nowhere.fails("migrate").endswith(why)
    assert names_in(folder) == before
