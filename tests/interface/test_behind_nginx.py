"""What nginx does on the way breaks nothing: it compresses, weakens ETags, and strips a prefix.

Behind such an nginx under /tools/crm/, `Location` led nowhere, Swagger UI sent its requests to
another path, and no conditional write ever succeeded.
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import pytest

from crm_cell.http import pages
from tests.nginx import nginx
from tests.processes import serving

PREFIX = "/tools/crm"
HEADERS = {"Authorization": "Bearer test", "X-Tenant-Id": "acme", "Accept-Encoding": "gzip"}
built = pytest.mark.skipif(
    not (pages.HERE / "assets").is_dir(), reason="the pages' files were skipped at install"
)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("proxied")
    with (
        serving(folder, CRM_PUBLIC_BASE_PATH=PREFIX) as service,
        nginx(service.address) as address,
    ):
        yield address


@pytest.fixture(params=[PREFIX, "/api/v1/crm"])
def client(request: pytest.FixtureRequest, proxied: str) -> Iterator[httpx.Client]:
    """Through the prefix that nginx strips, and through the one that it leaves on."""
    base = f"{proxied}{request.param}/"
    with httpx.Client(base_url=base, headers=HEADERS, timeout=30) as client:
        yield client


def create(client: httpx.Client, name: str) -> httpx.Response:
    key = {"X-Request-ID": httpx.URL(client.base_url).path.replace("/", "-") + name}
    return client.post("customers", json={"name": f"{name} {key['X-Request-ID']}"}, headers=key)


def test_a_location_leads_to_what_was_created(client: httpx.Client, proxied: str) -> None:
    created = create(client, "a")
    assert created.status_code == 201
    assert created.headers["location"].startswith(f"{PREFIX}/customers/")
    followed = client.get(urljoin(proxied, created.headers["location"]))
    assert (followed.status_code, followed.json()) == (200, created.json())


def test_a_replay_has_the_same_location(client: httpx.Client) -> None:
    first, again = create(client, "b"), create(client, "b")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]


def test_conditional_requests_work_with_etags_that_nginx_has_weakened(client: httpx.Client) -> None:
    where = f"customers/{create(client, 'c').json()['customerId']}"
    read = client.get(where)
    assert (read.headers["content-encoding"], read.headers["etag"]) == ("gzip", 'W/"1"')
    known = client.get(where, headers={"If-None-Match": read.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    condition = {"If-Match": read.headers["etag"], "X-Request-ID": where.replace("/", "-")}
    changed = client.patch(where, json={"status": 2}, headers=condition)
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    condition["X-Request-ID"] += "-late"
    late = client.patch(where, json={"status": 1}, headers=condition)
    assert (late.status_code, late.json()["code"]) == (412, "PRECONDITION_FAILED")


def test_a_list_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("customers")
    again = client.get("customers", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_what_the_service_has_compressed_is_compressed_once(client: httpx.Client) -> None:
    answer = client.get("openapi.json")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["openapi"] == "3.1.0"


def test_a_request_id_and_an_error_come_through(client: httpx.Client) -> None:
    answer = client.get("customers/none", headers={"X-Request-ID": "asked-1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.headers["x-request-id"] == "asked-1"
    assert answer.headers["x-response-time"].isdigit()


def test_the_first_server_of_the_description_is_where_it_was_read(client: httpx.Client) -> None:
    """Swagger UI resolves it so, and sends what is tried out there."""
    read = client.get("openapi.json")
    server = urljoin(str(read.url), read.json()["servers"][0]["url"]).rstrip("/")
    assert server == str(client.base_url).rstrip("/")
    assert client.get(f"{server}/customers").status_code == 200


@built
@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_a_documentation_page_finds_all_its_files(page: str, client: httpx.Client) -> None:
    read = client.get(page)
    assert read.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', read.text)
    assert len(links) >= 4
    for link in links:
        file = client.get(urljoin(str(read.url), link))
        assert file.status_code == 200
        known = client.get(file.url, headers={"If-None-Match": file.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
