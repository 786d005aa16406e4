"""crm-cell serve, as a process of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import httpx
import pytest

from scripts.throwaway_postgres import free_port
from tests.processes import environment, serving
from tests.turns import in_soak

HEADERS = {"Authorization": "Bearer test", "X-Tenant-Id": "acme"}


class Service:
    """A running service. It takes calls once it has said its first words."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.banner = [process.stdout.readline().rstrip("\n") for _ in range(4)]
        self.address = self.banner[0].rpartition(" ")[2]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", headers=HEADERS)

    def create(self, name: str) -> httpx.Response:
        headers = HEADERS | {"X-Request-ID": f"create-{name}"}
        return httpx.post(f"{self.address}/customers", json={"name": name}, headers=headers)

    def import_(self, names: list[str]) -> None:
        headers = HEADERS | {"X-Request-ID": f"import-{names[0]}"}
        items = [{"name": name} for name in names]
        url = f"{self.address}/customers/import"
        assert httpx.post(url, json={"items": items}, headers=headers).json()["errors"] == 0

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


Start = Callable[..., Service]


def launch(folder: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PORT": str(free_port()),
        "CRM_DEMO": "0",
        "CRM_DRAIN_SECONDS": "0",
        **settings,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "crm_cell", "serve", *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(**settings: str) -> Service:
        started.append(launch(tmp_path, **settings))
        return Service(started[-1])

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def refusal(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """The exit code and the words of a service that does not start."""
    process = launch(folder, *arguments, **settings)
    out, err = process.communicate(timeout=20)
    assert out == ""
    return process.returncode, err


def test_it_says_where_it_is_and_what_to_paste(start: Start, tmp_path: Path) -> None:
    service = start(CRM_DEMO="1")
    head, docs, data, paste = service.banner
    assert head.startswith("crm-cell ")
    assert docs == f"  docs   {service.address}/docs  {service.address}/redoc"
    assert data == f"  data   {tmp_path / 'data' / 'crm.db'}"
    command = paste.removeprefix("  try    ")
    answer = subprocess.run(
        f"{command} --silent --fail", shell=True, capture_output=True, text=True, check=True
    )
    assert answer.stdout.startswith('{"data":[{"customerId":')
    assert service.get("/health").json()["status"] == "up"


def test_without_demo_data_it_names_no_tenant(start: Start) -> None:
    service = start()
    assert service.banner[3] == f"  try    curl {service.address}/health"


def wait_until_it_answers(client: httpx.Client) -> None:
    for _ in range(400):
        with contextlib.suppress(httpx.ConnectError):
            assert client.get("/health").status_code == 200
            return
        time.sleep(0.05)
    raise AssertionError("it does not answer")


@pytest.mark.parametrize(
    "closed", ["0<&- 1>&- 2>&-", ">/dev/full", in_soak("1>&-"), in_soak("2>&-")]
)
def test_it_serves_also_where_nobody_reads_what_it_says(closed: str, tmp_path: Path) -> None:
    settings = environment(tmp_path)
    port = settings["PORT"]
    process = subprocess.Popen(
        f"exec {sys.executable} -m crm_cell serve {closed}",
        shell=True,
        env=settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, headers=HEADERS) as client:
            wait_until_it_answers(client)
            created = client.post("/customers", json={"name": "A"}, headers={"X-Request-ID": "a"})
        assert created.status_code == 201
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(20)
    with contextlib.closing(apsw.Connection(str(tmp_path / "crm.db"))) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT name FROM customers").fetchall() == [("A",)]


def test_the_demo_goes_into_a_tenant_of_its_own(start: Start) -> None:
    service = start(CRM_DEMO="1")
    assert service.get("/customers").json()["total"] == 0
    demo = httpx.get(f"{service.address}/customers", headers=HEADERS | {"X-Tenant-Id": "demo"})
    total = demo.json()["total"]
    assert total > 0
    service.stop()
    again = start(CRM_DEMO="1")
    demo = httpx.get(f"{again.address}/customers", headers=HEADERS | {"X-Tenant-Id": "demo"})
    assert demo.json()["total"] == total


@pytest.mark.parametrize("number", [signal.SIGTERM, in_soak(signal.SIGINT)])
def test_asked_to_stop_it_finishes_what_is_running(start: Start, number: signal.Signals) -> None:
    service = start()
    for batch in range(6):
        service.import_([f"{batch}-{index}" for index in range(2000)])
    url = f"{service.address}/customers/export?format=ndjson"
    with httpx.stream("GET", url, headers=HEADERS) as answer:
        lines = answer.iter_lines()
        next(lines)
        service.process.send_signal(number)
        assert sum(1 for _ in lines) == 11_999
    assert service.process.wait(10) == 0
    assert start().get("/customers").json()["total"] == 12_000


def test_what_it_has_answered_survives_a_kill(start: Start) -> None:
    service = start()
    created = [service.create(str(number)).json() for number in range(20)]
    service.stop(signal.SIGKILL)
    again = start()
    rows = again.get("/customers").json()["data"]
    assert rows == created[::-1]
    replay = again.create("0")
    assert (replay.json(), replay.headers["idempotent-replayed"]) == (created[0], "true")


def test_a_second_service_on_the_same_file_is_refused(start: Start, tmp_path: Path) -> None:
    service = start()
    path = Path("data", "crm.db")
    said = refusal(tmp_path)
    assert said == (1, f"crm-cell: {path}: process {service.process.pid} serves it already\n")
    assert service.get("/health").status_code == 200


def test_a_port_that_is_taken_is_one_clear_line(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal(tmp_path, PORT=str(port))
    assert said == (1, f"crm-cell: port {port} of 127.0.0.1 is taken; set PORT\n")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"PORT": "0"}, "PORT: must be 1 to 65535"),
        in_soak(
            {"CRM_DATABSE_URL": "x"},
            "CRM_DATABSE_URL: there is no such setting; did you mean CRM_DATABASE_URL?",
        ),
        in_soak(
            {"CRM_DATABASE_URL": "mysql://x"},
            (
                "CRM_DATABASE_URL: must be sqlite:///path/to/file.db"
                " or postgresql://user@host/database"
            ),
        ),
        (
            {"CRM_HOST": "0.0.0.0"},
            "CRM_HOST: must be a loopback address with CRM_AUTH_MODE=dev, which lets anybody in",
        ),
    ],
)
def test_a_wrong_setting_is_one_clear_line(
    tmp_path: Path, settings: dict[str, str], complaint: str
) -> None:
    assert refusal(tmp_path, **settings) == (2, f"crm-cell: {complaint}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_served_by_one_process(tmp_path: Path) -> None:
    assert refusal(tmp_path, "--workers", "2") == (
        2,
        (
            "crm-cell: --workers needs PostgreSQL (CRM_DATABASE_URL): an SQLite file is served by"
            " one process\n"
        ),
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    path.write_bytes(b"this is no database at all" * 100)
    said = refusal(tmp_path, CRM_DATABASE_URL=f"sqlite:///{path}")
    assert said == (1, f"crm-cell: {path}: file is not a database\n")


def test_options_stand_above_settings(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "crm_cell", "serve", "--host", "192.0.2.1", "--port", "70000"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stderr) == (2, "crm-cell: PORT: must be 1 to 65535\n")


def warnings(folder: Path, **settings: str) -> list[str]:
    with serving(folder, CRM_LOG_FORMAT="json", **settings) as service:
        assert service.stop() == 0
        lines = [json.loads(line) for line in service.log()]
        return [line["event"] for line in lines if line["level"] == "warning"]


def test_what_should_not_stay_so_where_others_call_is_said_at_the_start(tmp_path: Path) -> None:
    assert warnings(tmp_path) == ["authentication_off", "encryption_off", "audit_trail_without_key"]


def test_behind_a_signature_nobody_is_warned_of_the_mode(tmp_path: Path) -> None:
    secret = "a secret that nobody guesses"
    assert warnings(tmp_path, CELL_SIGNING_SECRET=secret) == [
        "encryption_off",
        "audit_trail_without_key",
    ]
