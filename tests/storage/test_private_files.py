"""What the service writes is its owner's alone, also under a umask that would let others read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal, nowhere, terminal
from tests.processes import serving

__all__ = ["nowhere", "terminal"]  # fixtures of another folder


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
    }


async def test_a_services_files_and_folders_are_private(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    with serving(tmp_path, CRM_DATABASE_URL=f"sqlite:///{data / 'crm.db'}") as process:
        async with process.client() as client:
            headers = {"X-Request-ID": "create"}
            answer = await client.post("/customers", json={"name": "Ada"}, headers=headers)
            assert answer.status_code == 201
        found = modes(tmp_path / "new")
    assert found == {
        "data": 0o700,
        "data/crm.db": 0o600,
        "data/crm.db-lock": 0o600,
        "data/crm.db-shm": 0o600,
        "data/crm.db-wal": 0o600,
    }
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_files_of_an_earlier_release_are_made_private_at_the_start(tmp_path: Path) -> None:
    with serving(tmp_path) as process:
        assert process.stop() == 0
    for name in ("crm.db", "crm.db-lock"):
        (tmp_path / name).chmod(0o644)
    with serving(tmp_path) as process:
        assert {modes(tmp_path)[name] for name in ("crm.db", "crm.db-lock")} == {0o600}
    told = [line for line in process.log() if "file_made_private" in line]
    assert [line.count('"mode":"644"') for line in told] == [1, 1]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson"])
def test_an_export_is_private_and_follows_no_link(terminal: Terminal, kind: str) -> None:
    file, victim = terminal.folder / f"out.{kind}", terminal.folder / "victim"
    victim.write_text("mine")
    file.with_name(f"{file.name}.part").symlink_to(victim)
    file.symlink_to(victim)
    assert terminal.run("export", file, "--tenant", "acme").code == 0
    assert victim.read_text() == "mine"
    assert not file.is_symlink()
    assert modes(terminal.folder)[file.name] == 0o600
