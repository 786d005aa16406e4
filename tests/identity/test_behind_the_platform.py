"""The page *Behind the platform*, tried: its settings, a platform that answers so, a gateway."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.identity.gateway import Gateway, gateway
from tests.identity.issuer import Answer, Server, as_json, serving
from tests.processes import Process
from tests.processes import serving as running
from tests.world import Json, check_frame, refused

ROOT = Path(__file__).parents[2]
SECRET = "shared between the gateway and the cell"
PAGE = (ROOT / "docs/operating/platform.md").read_text(encoding="utf-8")
SETTINGS = dict(re.findall(r"^export (\w+)=(\S+)$", PAGE.split("\n## ")[1], re.MULTILINE))
ADMIN: Json = msgspec.json.decode(re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)[0])
CLIENT = ADMIN | {"username": "client", "role": "client"}


class Scene(msgspec.Struct):
    platform: Server
    gateway: Gateway
    cell: Process
    failures: list[Answer]
    """What the platform answers before it answers what it should."""

    def call(
        self, method: str, path: str, token: str, key: str = "", body: object = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "X-Tenant-Id": "acme"}
        headers |= {"X-Request-ID": key, "Content-Type": "application/json"} if key else {}
        content = msgspec.json.encode(body) if key else None
        answer = httpx.request(
            method, self.gateway.url + path, headers=headers, content=content, timeout=20
        )
        check_frame(answer)
        return answer

    def names(self, token: str) -> list[str]:
        rows = self.call("GET", "/customers?pageSize=50", token).json()["data"]
        return [row["name"] for row in rows]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("platform")
    secret = folder / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    failures: list[Answer] = []

    def me(token: str) -> Answer:
        if failures:
            return failures.pop()
        known = {"admins": ADMIN, "clients": CLIENT, "others": ADMIN | {"allowedCells": ["hr"]}}
        return as_json(known[token]) if token in known else as_json({"error": "no"}, 401)

    with serving(me) as platform:
        here = {"PLATFORM_AUTH_URL": platform.url, "CELL_SIGNING_SECRET_FILE": str(secret)}
        assert here.keys() <= SETTINGS.keys()
        with (
            running(folder, **(SETTINGS | here)) as cell,
            gateway(cell.address, SECRET) as between,
        ):
            yield Scene(platform, between, cell, failures)


def test_its_users_read_and_write_through_the_gateway(scene: Scene) -> None:
    for user in ("admin", "client"):
        body = {"name": f"of {user}", "contactPhone": "13812345678"}
        answer = scene.call("POST", "/customers", f"{user}s", f"by-{user}", body)
        assert (answer.status_code, answer.json()["ownerId"]) == (201, None)
        assert answer.json()["contactPhone"] == "138****5678"
    for token in ("admins", "clients"):
        assert scene.names(token)[:2] == ["of client", "of admin"]
        assert scene.call("GET", "/customers/export", token).status_code == 200
    trail = scene.call("GET", "/audit-logs", "admins").json()["data"]
    assert [entry["actor"] for entry in trail[:2]] == ["client", "admin"]
    refused(scene.call("GET", "/audit-logs", "clients"), 403, "FORBIDDEN")


def test_an_answer_that_was_lost_is_given_again(scene: Scene) -> None:
    scene.gateway.loses_answers = True
    answer = scene.call("POST", "/customers", "clients", "lost", {"name": "once"})
    scene.gateway.loses_answers = False
    assert answer.status_code == 201
    assert answer.headers["idempotent-replayed"] == "true"
    assert scene.names("clients").count("once") == 1


def test_a_platform_that_fails_for_a_moment_is_bridged_by_the_gateways_retries(
    scene: Scene,
) -> None:
    scene.gateway.tried.clear()
    scene.failures += [(500, b"{}"), (502, b"<html>")]
    answer = scene.call("POST", "/customers", "unknown-yet", "bridged", {"name": "no"})
    assert scene.gateway.tried == [503, 503, 401]
    refused(answer, 401, "UNAUTHORIZED")


def test_who_comes_past_the_gateway_is_refused(scene: Scene) -> None:
    headers = {"Authorization": "Bearer admins", "X-Tenant-Id": "globex"}
    answer = httpx.get(f"{scene.cell.address}/customers", headers=headers)
    refused(answer, 403, "SIGNATURE_INVALID")


def test_who_may_not_use_this_cell_is_refused_and_the_log_says_why(scene: Scene) -> None:
    refused(scene.call("GET", "/customers", "others"), 403, "FORBIDDEN")
    refused(scene.call("GET", "/customers", "nobodys"), 401, "UNAUTHORIZED")
    told = [msgspec.json.decode(line) for line in scene.cell.log()]
    whys = [line["why"] for line in told if line.get("event") == "token_refused"]
    assert "allowedCells does not name crm" in whys
    assert "the platform answered 401" in whys
    for token in ("admins", "clients", "others", "nobodys"):
        assert token not in "".join(scene.cell.log())
    assert not [line for line in told if line.get("event") == "tenant_not_signed"]
