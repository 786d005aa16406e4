"""The script on the page works: from nothing to a copy that stays in step."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import httpx
import pytest

from tests.processes import Process, serving

PAGE = Path(__file__).parents[2] / "docs" / "keep-a-copy.md"
SECONDS = 60


@pytest.fixture
def script(tmp_path: Path) -> Path:
    pattern = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    [source] = pattern.findall(PAGE.read_text("utf-8"))
    path = tmp_path / "keep_a_copy.py"
    path.write_text(source, encoding="utf-8")
    return path


def run(script: Path, service: Process) -> str:
    environment = {"CRM_URL": service.address, "CRM_TOKEN": "any", "CRM_TENANT": "acme"}
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=script.parent,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def copied(script: Path) -> list[Any]:
    with closing(sqlite3.connect(script.parent / "copy.db")) as db:
        rows = db.execute("SELECT data FROM records ORDER BY id").fetchall()
    return [json.loads(row[0]) for row in rows]


def test_it_reads_everything_once_and_then_what_has_changed(script: Path, tmp_path: Path) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    with (
        serving(folder) as service,
        httpx.Client(
            base_url=service.address,
            headers={"Authorization": "Bearer any", "X-Tenant-Id": "acme"},
        ) as client,
    ):

        def send(method: str, path: str, body: object = None) -> Any:
            key = {"X-Request-ID": f"{method}{path}{json.dumps(body)}".encode().hex()[:128]}
            answer = client.request(method, path, json=body, headers=key)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

        def listed() -> list[Any]:
            pages = [client.get(path).json()["data"] for path in ("/customers", "/contacts")]
            return sorted((row for page in pages for row in page), key=_id_of)

        customers = [send("POST", "/customers", {"name": f"客户 {n}"}) for n in range(3)]
        paths = [f"/customers/{each['customerId']}" for each in customers]
        send("POST", "/contacts", {"customerId": customers[0]["customerId"], "name": "李雷"})
        assert run(script, service) == "0 changes, 4 records"
        assert copied(script) == listed()
        send("PATCH", paths[1], {"status": 2})
        send("PATCH", paths[1], {"name": "云图"})
        send("DELETE", paths[0])
        assert run(script, service) == "3 changes, 2 records"
        assert copied(script) == listed()
        assert run(script, service) == "0 changes, 2 records"
        # As after a month without a run.
        send("PATCH", paths[2], {"status": 2})
        with closing(apsw.Connection(str(folder / "crm.db"))) as database:
            database.execute("DELETE FROM events")
        send("PATCH", paths[2], {"name": "雲圖"})
        assert run(script, service) == "0 changes, 2 records"
        assert copied(script) == listed()


def _id_of(row: dict[str, Any]) -> str:
    return str(row.get("contactId", row["customerId"]))
