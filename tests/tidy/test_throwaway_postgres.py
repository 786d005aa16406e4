"""The tests' own PostgreSQL runs wherever the checkout lies."""

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.throwaway_postgres import find_programs, throwaway_postgres


def test_it_runs_from_a_folder_that_other_users_may_not_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Debian, where root's home is 0700, and root runs the server as another user."""
    programs = find_programs()
    package = programs.parents[1] if programs.parent.name == "pginstall" else programs.parent
    if not package.with_name(f"{package.name}.libs").is_dir():
        pytest.skip("these programs come from no wheel")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, private / part.name)
    monkeypatch.setenv("POSTGRES_BIN", str(private / package.name / programs.relative_to(package)))
    with throwaway_postgres() as server:
        psql = [str(programs / "psql"), server.url(), "-Atc", "SELECT 6 * 7"]
        said = subprocess.run(psql, capture_output=True, text=True, check=True)
    assert said.stdout == "42\n"
