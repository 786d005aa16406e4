"""The steps of docs/contributing/adding-a-resource.md, in a copy of the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/contributing/adding-a-resource.md").read_text(encoding="utf-8")

# Creates, reads, deletes and restores a visit over HTTP, and prints what it saw.
TRIAL = """
import asyncio, httpx
from crm_cell.app import Cell
from crm_cell.settings import Settings

async def main():
    cell = Cell(Settings(database_url="sqlite:///visits.db", demo=False), lambda line: None)
    await cell.start()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(cell),
        base_url="http://localhost",
        headers={"Authorization": "Bearer test", "X-Tenant-Id": "acme"},
    ) as client:
        async def send(method, path, key, body=None):
            return await client.request(method, path, json=body, headers={"X-Request-ID": key})

        customer = (await send("POST", "/customers", "1", {"name": "云帆"})).json()["customerId"]
        body = {"customerId": customer, "purpose": "产品演示", "plannedOn": "2026-12-01"}
        made = (await send("POST", "/visits", "2", body)).json()
        one = f"/visits/{made['visitId']}"
        assert (await client.get(one)).json() == made
        assert (await client.get("/visits", params={"customerId": customer})).json()["total"] == 1
        assert (await send("DELETE", one, "3")).status_code == 204
        assert (await client.get(one)).json()["message"] == "拜访不存在"
        assert (await send("POST", f"{one}/restore", "4")).json()["purpose"] == "产品演示"
        logs = (await client.get("/audit-logs")).json()["data"]
        print([entry["action"] for entry in logs if entry["resourceType"] == "visit"])
    await cell.stop()

asyncio.run(main())
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its scripts, with the resource of the guide."""
    for folder in ("crm_cell", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.js"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    declaration = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert declaration is not None
    visits = tmp_path / "crm_cell/visits"
    visits.mkdir()
    (visits / "__init__.py").write_text('"""Visits."""\n', encoding="utf-8")
    (visits / "resource.py").write_text(declaration[1], encoding="utf-8")
    registry = tmp_path / "crm_cell/registry.py"
    text = registry.read_text(encoding="utf-8")
    text = text.replace("tasks, views, goals\n", "tasks, views, goals, visits\n")
    text += "\n\nfrom crm_cell.visits.resource import visits\n"
    registry.write_text(text, encoding="utf-8")
    return tmp_path


def run(copy: Path, *arguments: str) -> str:
    """Without the programs of the virtual environment on PATH."""
    found = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(copy),
            "CRM_DATABASE_URL": f"sqlite:///{copy}/visits.db",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_the_resource_of_the_guide_works_after_its_two_steps(copy: Path) -> None:
    file = run(copy, "-m", "scripts.new_migration", "visits").strip()
    assert re.fullmatch(r"crm_cell/storage/migrations/versions/\d{4}_visits\.py", file)
    run(copy, "-m", "crm_cell", "migrate")
    assert run(copy, "-c", TRIAL).splitlines()[-1] == "['restored', 'deleted', 'created']"
