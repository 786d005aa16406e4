"""CRM_PUBLIC_BASE_PATH: the path under which callers reach the service."""

import pytest

from crm_cell.app import all_routes
from crm_cell.http.base_path import OWN, BasePath
from crm_cell.settings import SettingsError, read_settings
from tests.world import Beside, Caller, refused

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("public", "location"),
    [
        ("/tools/crm", "/tools/crm/customers/"),
        ("/", "/customers/"),
        ("/api/v1/crm", "/api/v1/crm/customers/"),
        ("/api/v1/crm/v2", "/api/v1/crm/v2/customers/"),
    ],
)
async def test_a_location_begins_with_it_and_leads_back(
    public: str, location: str, beside: Beside
) -> None:
    async with beside(public_base_path=public) as running:
        acme = Caller(running.client, "acme")
        created = await acme.post("/customers", {"name": "云图"})
        assert created.headers["location"].startswith(location)
        for base in ("", "/api/v1/crm", public.rstrip("/")):
            read = await acme.get(f"{base}/customers/{created.json()['customerId']}")
            assert (read.status_code, read.json()) == (200, created.json())


async def test_a_retry_under_another_base_path_is_the_same_request(beside: Beside) -> None:
    async with beside(public_base_path="/tools/crm") as running:
        acme = Caller(running.client, "acme")
        first = await acme.post("/tools/crm/customers", {"name": "云图"}, key="once")
        for base in ("", "/api/v1/crm"):
            again = await acme.post(f"{base}/customers", {"name": "云图"}, key="once")
            assert again.headers["idempotent-replayed"] == "true"
            assert again.headers["location"] == first.headers["location"]


async def test_no_other_prefix_is_stripped(beside: Beside) -> None:
    async with beside(public_base_path="/tools/crm") as running:
        acme = Caller(running.client, "acme")
        for path in ("/tools/customers", "/tools/crmx/customers", "/tools/crm/tools/crm/customers"):
            refused(await acme.get(path), 404, "NOT_FOUND")


async def test_the_description_names_it_after_the_relative_server(beside: Beside) -> None:
    async with beside(public_base_path="/tools/crm") as running:
        servers = (await running.client.get("/openapi.json")).json()["servers"]
        assert [server["url"] for server in servers] == [".", "/tools/crm", "/api/v1/crm", "/"]


@pytest.mark.parametrize(
    "wrong",
    ["tools/crm", "/tools/crm/", "//", "/a//b", "/a b", "/a/../b", "/.", "/张三", "/a?b", "/a%20b"],
)
def test_what_is_no_path_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(SettingsError, match="CRM_PUBLIC_BASE_PATH: must be a path such as"):
        read_settings({"CRM_PUBLIC_BASE_PATH": wrong})


@pytest.mark.parametrize("path", ["/customers", "/health/crm", "/docs", "/openapi.json"])
def test_a_path_that_hides_the_services_own_is_refused_at_the_start(path: str) -> None:
    with pytest.raises(SettingsError, match="is a path of the service itself"):
        read_settings({"CRM_PUBLIC_BASE_PATH": path})


def test_every_path_of_the_service_is_its_own() -> None:
    assert {route.path.split("/")[1] for route in all_routes()} | {
        "console",
        "docs",
        "redoc",
    } == OWN


def test_a_prefix_is_stripped_once_and_whole() -> None:
    base = BasePath("/tools/crm")
    assert base.without("/tools/crm") == "/"
    assert base.without("/tools/crm/") == "/"
    assert base.without("/tools/crm/customers") == "/customers"
    assert base.without("/tools/crm/api/v1/crm/customers") == "/api/v1/crm/customers"
    assert base.without("/toolscrm") == "/toolscrm"
