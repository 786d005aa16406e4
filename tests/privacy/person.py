"""Planting somebody, each place with a mark of its own, and looking for what is left of them."""

import itertools

import httpx
import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.privacy.data_subject import DataSubject
from crm_cell.privacy.erasing import Eraser
from crm_cell.privacy.exporting import Exporter
from crm_cell.privacy.finding import find
from tests.databases import SqliteFile
from tests.world import Caller, Json, Running

PHONE, OTHER_PHONE = "13911112222", "13933334444"
EMAIL = "zhao.planted@example.com"
_keys = itertools.count(1)

Request = tuple[str, str, object, str]
"""Method, path, body and key of a write, to be sent once more."""


class Person(msgspec.Struct):
    """What was planted. Every mark is somewhere in what they left."""

    caller: Caller
    requests: list[Request] = []
    customer: Json = {}
    contact: Json = {}
    opportunity: Json = {}
    marks: list[str] = []

    async def send(self, method: str, path: str, body: object = None) -> Json:
        request = method, path, body, f"planted-{next(_keys)}"
        self.requests.append(request)
        answer = await repeat(self.caller, request)
        assert answer.status_code < 300, answer.text
        told: Json = answer.json() if answer.content else {}
        return told


async def repeat(caller: Caller, request: Request) -> httpx.Response:
    method, path, body, key = request
    if method == "DELETE":
        return await caller.delete(path, key=key)
    return await (caller.post if method == "POST" else caller.patch)(path, body, key=key)


async def plant(caller: Caller) -> Person:
    """As a customer, and as its contacts; each of these by a number of their own."""
    person = Person(caller)
    names = ["赵铁柱商行", "赵铁柱改名行", "赵小兰", "赵小兰改名", "赵隐藏"]
    texts = ["铁柱的订单", "铁柱的新订单", "铁柱喜欢红茶", "小兰周五有空", "铁柱要求", "删掉的话"]
    numbers = [OTHER_PHONE, "13955556666", "13977778888", PHONE]
    addresses = [EMAIL, "second.planted@example.com", "hidden.planted@example.com"]
    person.marks = [*names, *texts, *numbers, *addresses]
    person.customer = await person.send(
        "POST",
        "/customers",
        {"name": names[0], "contactPhone": numbers[0], "contactEmail": addresses[0]},
    )
    path = f"/customers/{person.customer['customerId']}"
    items = [{"name": names[0]}, {"name": "旁人"}, {}]
    await person.send("POST", "/customers/import", {"items": items})
    await person.send("PATCH", path, {"name": names[1], "contactPhone": numbers[1]})
    await person.send("POST", f"{path}/reveal", {"fields": ["contactPhone"], "reason": texts[4]})
    await plant_contacts(person, names, texts, numbers, addresses)
    await plant_opportunity(person, texts)
    return person


async def plant_contacts(
    person: Person, names: list[str], texts: list[str], numbers: list[str], addresses: list[str]
) -> None:
    customer = {"customerId": person.customer["customerId"]}
    person.contact = await person.send(
        "POST", "/contacts", customer | {"name": names[2], "phone": numbers[2], "isPrimary": True}
    )
    path = f"/contacts/{person.contact['contactId']}"
    changes = {"name": names[3], "phone": numbers[3], "email": addresses[1]}
    await person.send("PATCH", path, changes)
    await person.send("POST", f"{path}/reveal", {"fields": ["phone"], "reason": texts[4]})
    hidden = await person.send(
        "POST", "/contacts", customer | {"name": names[4], "email": addresses[2]}
    )
    await person.send("DELETE", f"/contacts/{hidden['contactId']}")
    named = {"contactId": person.contact["contactId"], "content": texts[3]}
    await person.send("POST", "/follow-ups", named)
    note = await person.send("POST", "/follow-ups", customer | {"content": texts[5]})
    await person.send("DELETE", f"/follow-ups/{note['followUpId']}")


async def plant_opportunity(person: Person, texts: list[str]) -> None:
    person.opportunity = await person.send(
        "POST",
        "/opportunities",
        {"customerId": person.customer["customerId"], "title": texts[0], "amountCents": 500},
    )
    of = {"opportunityId": person.opportunity["opportunityId"]}
    await person.send("PATCH", f"/opportunities/{of['opportunityId']}", {"title": texts[1]})
    await person.send("POST", "/follow-ups", of | {"content": texts[2]})


def subject_of(
    phone: str | None = None,
    email: str | None = None,
    customer_id: str | None = None,
    contact_id: str | None = None,
) -> DataSubject:
    if customer_id is not None:
        return DataSubject(resource="customer", id=customer_id)
    if contact_id is not None:
        return DataSubject(resource="contact", id=contact_id)
    return DataSubject(phone=phone, email=email)


async def erase(cell: Running, tenant: str = "acme", **subject: str) -> None:
    database, services = cell.service.database, cell.service.services
    found = await find(database, services, tenant, subject_of(**subject))
    erasing = Eraser(database, services, Actor(tenant), found)
    await erasing.run(await erasing.traces())


async def export(cell: Running, tenant: str = "acme", **subject: str) -> Json:
    database, services, asked = cell.service.database, cell.service.services, subject_of(**subject)
    found = await find(database, services, tenant, asked)
    pieces: list[bytes] = []
    exporter = Exporter(database, services, Actor(tenant), asked, found)
    counts = await exporter.run(pieces.append)
    document: Json = msgspec.json.decode(b"".join(pieces))
    assert counts == {name: len(document[name]) for name in counts}
    return document


def left(cell: Running, marks: list[str]) -> list[tuple[str, str]]:
    """By table, the marks that are still there, in clear."""
    every = {table: repr(rows) + _bytes(rows) for table, rows in cell.everything().items()}
    return [(table, mark) for table, said in every.items() for mark in marks if mark in said]


def left_in_file(datastore: SqliteFile, marks: list[str]) -> list[str]:
    files = [datastore.path, datastore.path.with_name(f"{datastore.path.name}-wal")]
    said = b"".join(file.read_bytes() for file in files if file.exists())
    return [mark for mark in marks if mark.encode() in said]


def _bytes(rows: list[tuple[object, ...]]) -> str:
    return " ".join(
        bytes(value).decode("utf-8", "replace")
        for row in rows
        for value in row
        if isinstance(value, bytes | memoryview)
    )
