"""So many requests a second for each tenant and each token, and a bucket to save some up."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from crm_cell.app import Cell
from crm_cell.http.limits import rate_limits
from crm_cell.http.limits.rate_limits import RateLimits
from crm_cell.kernel.errors import RateLimited
from crm_cell.settings import Settings
from tests.databases import SqliteFile
from tests.world import Caller, Running, refused


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def told(limits: RateLimits, tenant: str = "acme", token: str = "t") -> str:
    """What is said of what is left; raises RateLimited."""
    return dict(limits.spend(tenant, token))[b"ratelimit"].decode()


def spend_all(limits: RateLimits, tenant: str = "acme", token: str = "t") -> int:
    count = 0
    while True:
        try:
            limits.spend(tenant, token)
        except RateLimited:
            return count
        count += 1


def test_a_full_bucket_is_the_burst_and_fills_at_the_rate(watch: Watch) -> None:
    limits = RateLimits(tenant=5, burst_seconds=4, now=watch)
    assert spend_all(limits) == 20
    watch.now += 1
    assert spend_all(limits) == 5
    watch.now += 0.1
    assert spend_all(limits) == 0
    watch.now += 3_600
    assert spend_all(limits) == 20


def test_what_is_left_is_told(watch: Watch) -> None:
    limits = RateLimits(tenant=5, token=1, burst_seconds=4, now=watch)
    headers = dict(limits.spend("acme", "t"))
    assert headers[b"ratelimit-policy"] == b'"tenant";q=20;w=4, "token";q=4;w=4'
    assert headers[b"ratelimit"] == b'"tenant";r=19;t=1, "token";r=3;t=1'
    assert told(limits) == '"tenant";r=18;t=1, "token";r=2;t=2'


def test_who_is_refused_is_told_when_to_come_back(watch: Watch) -> None:
    limits = RateLimits(token=1, burst_seconds=2, now=watch)
    spend_all(limits)
    for elapsed, wait in ((0, "1"), (0.5, "1"), (0.4, "1")):
        watch.now += elapsed
        with pytest.raises(RateLimited) as refusal:
            limits.spend("acme", "t")
        assert refusal.value.headers["Retry-After"] == wait
        assert refusal.value.headers["RateLimit"].startswith('"token";r=0;t=')
    watch.now += 0.1
    limits.spend("acme", "t")


def test_tenants_and_tokens_have_buckets_of_their_own(watch: Watch) -> None:
    limits = RateLimits(tenant=10, token=2, burst_seconds=1, now=watch)
    assert [spend_all(limits, "acme", token) for token in "abc"] == [2, 2, 2]
    assert spend_all(limits, "globex", "d") == 2


def test_who_is_refused_by_one_is_not_charged_by_the_other(watch: Watch) -> None:
    limits = RateLimits(tenant=3, token=1, burst_seconds=1, now=watch)
    assert spend_all(limits, "acme", "a") == 1
    assert spend_all(limits, "acme", "a") == 0
    assert [spend_all(limits, "acme", token) for token in "bcd"] == [1, 1, 0]


def test_memory_is_bounded(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_MAX_BUCKETS", 100)
    limits = RateLimits(tenant=1, token=1, burst_seconds=1, now=watch)
    for number in range(1_000):
        limits.spend(f"tenant-{number}", f"token-{number}")
    assert limits._of_tenants is not None
    assert limits._of_tokens is not None
    assert len(limits._of_tenants._full_at) == len(limits._of_tokens._full_at) == 100
    with pytest.raises(RateLimited):
        limits.spend("tenant-999", "another")


@pytest.fixture
async def limited(sqlite_datastore: SqliteFile) -> AsyncIterator[httpx.AsyncClient]:
    """Three requests, and the next after a long time."""
    settings = Settings(
        database_url=sqlite_datastore.url,
        demo=False,
        rate_limit_tenant=1,
        rate_limit_token=1,
        rate_limit_burst=3,
    )
    service = Cell(settings, lambda line: None)
    await service.start()
    service._application._rate_limits._now = Watch()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await service.stop()


async def test_past_the_limit_is_429_and_nothing_is_done(
    limited: httpx.AsyncClient, sqlite_datastore: SqliteFile
) -> None:
    acme, globex = Caller(limited, "acme"), Caller(limited, "globex")
    for name in "ABC":
        answer = await acme.post("/customers", {"name": name})
        assert answer.status_code == 201
        assert re.fullmatch(r'"tenant";r=\d;t=\d, "token";r=\d;t=\d', answer.headers["ratelimit"])
    answer = await acme.post("/customers", {"name": "D"})
    refused(answer, 429, "RATE_LIMIT")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers.get_list("ratelimit-policy") == ['"tenant";q=3;w=3, "token";q=3;w=3']
    assert answer.headers.get_list("ratelimit") == ['"tenant";r=0;t=3, "token";r=0;t=3']
    refused(await globex.get("/customers"), 429, "RATE_LIMIT")  # the same token
    others = {"Authorization": "Bearer another"}
    assert (await globex.get("/customers", others)).status_code == 200
    assert sqlite_datastore.rows("SELECT count(*) FROM customers") == [(3,)]


async def test_health_is_answered_whatever_the_limits(limited: httpx.AsyncClient) -> None:
    for _ in range(10):
        assert (await limited.get("/health")).status_code == 200


async def test_who_is_not_let_in_is_not_counted(limited: httpx.AsyncClient) -> None:
    for _ in range(10):
        assert (await limited.get("/customers")).status_code == 401
    assert (await Caller(limited, "acme").get("/customers")).status_code == 200


async def test_without_limits_nothing_is_told(acme: Caller, cell: Running) -> None:
    answer = await acme.get("/customers")
    assert "ratelimit" not in answer.headers
    assert "ratelimit-policy" not in answer.headers
