"""Keys that read contact details in full: for machines alone, each read on record, no cache between
them and others."""

import csv
import io
import itertools
import json
from collections.abc import AsyncIterator

import httpx
import openpyxl
import pytest

from crm_cell.identity.api_keys import service as keys
from crm_cell.storage.engine import Tx
from tests.databases import Datastore
from tests.identity.conftest import JWT, Guarded, opened
from tests.identity.issuer import SECRET, claims, signed
from tests.world import Json, all_numbered, audit, nothing_changes

NUMBER, MASKED = "+86 138-1234-5678", "138****5678"
ADDRESS = "li.lei@example.com"
MASKED_ADDRESS = "l***@example.com"
SCOPES = ["crm:read", "crm:write", "crm:all", "crm:export", "crm:unmasked"]
_numbers = itertools.count(1)


@pytest.fixture
async def service(datastore: Datastore) -> AsyncIterator[Guarded]:
    async with opened(datastore, **JWT, jwt_secret=SECRET, mask_email=True) as service:
        yield service


async def make(service: Guarded, *scopes: str, user: str | None = None) -> str:
    async def unit(tx: Tx) -> str:
        made = await keys.create(tx, "acme", name="erp", scopes=frozenset(scopes), user=user)
        return made.token

    return await service.running.service.database.write("keys", "acme", unit)


async def write(
    service: Guarded, token: str, method: str, path: str, body: Json, **headers: str
) -> httpx.Response:
    given = {"X-Request-ID": f"write-{next(_numbers)}", "Content-Type": "application/json"}
    answer = await service.send(method, path, token, given | headers, json.dumps(body).encode())
    assert answer.status_code in (200, 201), answer.text
    return answer


def noted(service: Guarded) -> list[tuple[str, str, int]]:
    """Who was shown records of which resource, and how many, in the order of the trail."""
    return [
        (each["actor"], each["resourceType"], each["changes"]["records"])
        for each in audit(service.running)
        if each["action"] == "unmasked"
    ]


async def test_a_key_that_may_reads_in_full_and_each_read_is_on_record(service: Guarded) -> None:
    full, masked = await make(service, *SCOPES), await make(service, *SCOPES[:-1])
    body = {"name": "云帆", "contactPhone": NUMBER, "contactEmail": ADDRESS}
    created = await write(service, full, "POST", "/customers", body)
    customer = created.json()["customerId"]
    # Answers to writes are stored, and shown again to who repeats them.
    assert created.json()["contactPhone"] == MASKED
    contact = {"customerId": customer, "name": "李雷", "phone": NUMBER, "wechat": "lilei_88"}
    made = (await write(service, full, "POST", "/contacts", contact)).json()
    path = f"/customers/{customer}"
    await write(
        service, full, "PUT", "/customers/by/erp/1", {"name": "远景", "contactPhone": NUMBER}
    )
    whoami = [(await service.get(each, "/whoami")).json() for each in (full, masked)]
    assert [each["unmasked"] for each in whoami] == [True, False]
    assert ["crm:unmasked" in each["scopes"] for each in whoami] == [True, False]
    actor = whoami[0]["user"]
    assert noted(service) == []

    async def shown(token: str, where: str) -> str:
        await all_numbered(service.running)
        answer = await service.get(token, where)
        assert answer.status_code == 200, answer.text
        return answer.text

    reads = {
        path: [("customer", 1)],
        f"{path}?": [("customer", 1)],
        "/customers/by/erp/1": [("customer", 1)],
        "/customers": [("customer", 2)],
        "/customers?sort=name": [("customer", 2)],
        "/customers?fields=contactPhone,contactEmail": [("customer", 2)],
        f"/contacts?customerId={customer}": [("contact", 1)],
        "/contacts?embed=customer": [("contact", 1), ("customer", 1)],
        "/customers/export?format=json": [("customer", 2)],
        "/customers/export?format=csv": [("customer", 2)],
        "/customers/export?format=ndjson&sort=name": [("customer", 2)],
        "/customers/export?format=csv&columns=labels": [("customer", 2)],
        "/changes?include=data&types=customer": [("customer", 2)],
    }
    for where, expected in reads.items():
        # Others ask before and after, so that whatever is kept for them has been made.
        for token in (masked, full, full, masked):
            before = noted(service)
            text = await shown(token, where)
            assert (NUMBER in text, MASKED in text) == (token is full, token is masked), where
            more = [(actor, *each) for each in expected] if token is full else []
            assert noted(service) == [*before, *more], where
    assert audit(service.running)[-1]["requestId"]
    exported = await shown(full, "/contacts/export?format=csv")
    [row] = csv.DictReader(io.StringIO(exported))
    assert (row["phone"], row["wechat"]) == (f"'{NUMBER}", "lilei_88")
    workbook = await service.get(full, "/customers/export?format=xlsx")
    values = [
        cell.value
        for row_of in openpyxl.load_workbook(io.BytesIO(workbook.content)).worksheets[0].rows
        for cell in row_of
    ]
    assert (values.count(NUMBER), values.count(ADDRESS)) == (2, 1)
    assert noted(service)[-2:] == [(actor, "contact", 1), (actor, "customer", 2)]
    # What shows no contact details leaves nothing in the trail.
    async with nothing_changes(service.running):
        for where in ("/opportunities", "/changes", "/search?q=云帆", f"/contacts/{customer}"):
            assert NUMBER not in (await service.get(full, where)).text
    entry = await service.get(signed(claims(scope="crm:read crm:admin crm:all")), "/audit-logs")
    assert entry.json()["data"][0]["summary"].endswith("读取了客户的完整联系方式：2 条记录")
    assert made["phone"] == MASKED


async def test_a_copy_in_full_is_another_one(service: Guarded) -> None:
    full, masked = await make(service, *SCOPES), await make(service, *SCOPES[:-1])
    body = {"name": "云帆", "contactPhone": NUMBER, "contactEmail": ADDRESS}
    made = (await write(service, full, "POST", "/customers", body)).json()
    path = f"/customers/{made['customerId']}"
    tags = [(await service.get(each, path)).headers["etag"] for each in (full, masked)]
    assert tags == ['"1-full"', '"1"']
    lists = [(await service.get(each)).headers["etag"] for each in (full, masked)]
    assert lists[0] != lists[1]
    before = noted(service)
    for token, own, other in ((full, *tags), (masked, *reversed(tags))):
        assert (await service.get(token, path, If_None_Match=own)).status_code == 304
        assert noted(service) == before, "a 304 shows nothing"
        assert (await service.get(token, path, If_None_Match=other)).status_code == 200
        before = noted(service)
    changed = await write(service, full, "PATCH", path, {"status": 2}, If_Match=tags[0])
    assert changed.headers["etag"] == '"2"'
    # Sent back as it was read, in full, nothing changes.
    read = (await service.get(full, path)).json()
    same = await write(service, full, "PATCH", path, read, If_Match='"2-full"')
    assert (same.headers["etag"], same.json()["contactPhone"]) == ('"2"', MASKED)


async def test_nobody_else_reads_in_full(service: Guarded) -> None:
    """Tokens cannot grant it, a key that acts as a user has it in vain, and so has one that reads
    on behalf of a user."""
    full = await make(service, *SCOPES)
    acting = await make(service, *SCOPES, user="alice")
    body = {"name": "云帆", "contactPhone": NUMBER, "ownerId": "alice"}
    await write(service, full, "POST", "/customers", body)
    token = signed(claims(scope=" ".join(SCOPES)))
    async with nothing_changes(service.running):
        for answer in (
            await service.get(token),
            await service.get(acting),
            await service.get(full, X_User_Id="alice"),
        ):
            [row] = answer.json()["data"]
            assert row["contactPhone"] == MASKED
        for told in (await service.get(token, "/whoami"), await service.get(acting, "/whoami")):
            assert "crm:unmasked" not in told.json()["scopes"]
            assert not told.json()["unmasked"]
