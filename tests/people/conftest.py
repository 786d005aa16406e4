"""The service as tokens let people in: users of Acme who lead teams, belong to them, or neither."""

import json
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any

import httpx
import pytest

from crm_cell.app import Cell
from crm_cell.settings import Settings
from tests.databases import Datastore
from tests.identity.conftest import JWT
from tests.identity.issuer import SECRET, claims, signed
from tests.world import Caller, Running

_signed = cache(lambda said: signed(json.loads(said)))


class Person(Caller):
    """Somebody whose token says who they are and what they may."""

    def __init__(
        self, client: httpx.AsyncClient, tenant: str, user: str, scope: str, acts: str | None = None
    ) -> None:
        super().__init__(client, tenant, user)
        self.scope = scope
        self.acts = acts

    @property
    def headers(self) -> dict[str, str]:
        said = claims(sub=self.user, tenant_id=self.tenant, scope=self.scope, roles=[])
        found = {"Authorization": f"Bearer {_signed(json.dumps(said))}"}
        return found | ({"X-User-Id": self.acts} if self.acts else {})

    def narrowed(self, user: str) -> "Person":
        return Person(self.client, self.tenant, self.user or "", self.scope, user)


Named = Callable[..., Person]
OWN = "crm:read crm:write"
TEAM = f"{OWN} crm:team"
EVERYTHING = f"{OWN} crm:all crm:admin"


@pytest.fixture
async def guarded(datastore: Datastore) -> AsyncIterator[Running]:
    options: dict[str, Any] = {**JWT, "jwt_secret": SECRET}
    service = Cell(Settings(database_url=datastore.url, demo=False, **options), lambda _: None)
    await service.start()
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield Running(service, client, datastore, [])
    await service.stop()


@pytest.fixture
def person(guarded: Running) -> Named:
    """Of Acme, with their own scope."""

    def named(user: str, scope: str = OWN, tenant: str = "acme") -> Person:
        return Person(guarded.client, tenant, user, scope)

    return named


@pytest.fixture
def admin(person: Named) -> Person:
    return person("robot", EVERYTHING)
