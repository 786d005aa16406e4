"""PATCH /contacts/{contact_id}."""

import pytest

from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused


def path_of(contact: Json) -> str:
    return f"/contacts/{contact['contactId']}"


async def test_what_is_named_changes_and_nothing_else(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer(), phone="13812345678", email="a@example.com")
    answer = await acme.patch(path_of(created), {"name": "韩梅梅", "email": None})
    changed = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert changed == created | {
        "name": "韩梅梅",
        "email": None,
        "updatedAt": changed["updatedAt"],
    }
    assert (await acme.get(path_of(created))).json() == changed
    assert audit(cell)[-1]["changes"] == {
        "name": {"before": "李雷", "after": "韩梅梅"},
        "email": {"before": "a@example.com", "after": None},
    }
    assert events(cell)[-1]["eventType"] == "crm.contact.updated"
    assert events(cell)[-1]["data"] == changed


async def test_an_empty_patch_and_an_echo_change_nothing(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer(), phone="13812345678", isPrimary=True)
    contacts = cell.everything()["contacts"]
    for body in ({}, created, {"phone": "138****5678"}, {"phone": "13812345678"}):
        answer = await acme.patch(path_of(created), body)
        assert (answer.status_code, answer.json()) == (200, created)
        assert answer.headers["etag"] == '"1"'
    assert cell.everything()["contacts"] == contacts
    assert len(audit(cell)) == len(events(cell)) == 2


async def test_setting_primary_clears_the_other(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    first = await acme.contact(customer, isPrimary=True)
    second = await acme.contact(customer)
    changed = (await acme.patch(path_of(second), {"isPrimary": True})).json()
    assert changed["isPrimary"] is True
    before = await acme.get(path_of(first))
    assert (before.json()["isPrimary"], before.headers["etag"]) == (False, '"2"')
    assert before.json()["updatedAt"] == changed["updatedAt"]
    assert [event["data"] for event in events(cell)[-2:]] == [before.json(), changed]
    assert [deed["resourceId"] for deed in audit(cell)[-2:]] == [
        first["contactId"],
        second["contactId"],
    ]


async def test_a_primary_contact_may_step_down_and_nobody_takes_its_place(acme: Caller) -> None:
    customer = await acme.customer()
    first, second = await acme.contact(customer, isPrimary=True), await acme.contact(customer)
    await acme.patch(path_of(first), {"isPrimary": False})
    assert [row["isPrimary"] for row in await acme.rows("/contacts")] == [False, False]
    assert (await acme.get(path_of(second))).json() == second


async def test_a_primary_contact_that_is_renamed_stays_primary(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer(), isPrimary=True)
    changed = (await acme.patch(path_of(created), {"name": "韩梅梅", "isPrimary": True})).json()
    assert (changed["name"], changed["isPrimary"]) == ("韩梅梅", True)
    assert len(events(cell, event_type="crm.contact.updated")) == 1


async def test_it_stays_with_its_customer(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer())
    other = await acme.customer()
    async with nothing_changes(cell):
        answer = await acme.patch(path_of(created), {"customerId": other["customerId"]})
    assert faults(answer) == {("customerId", "read_only")}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"name": None}, ("name", "null")),
        ({"name": ""}, ("name", "too_short")),
        ({"isPrimary": None}, ("isPrimary", "null")),
        ({"isPrimary": 1}, ("isPrimary", "type")),
        ({"phone": "139****5678"}, ("phone", "not_a_phone")),
        ({"ownerId": "bob"}, ("ownerId", "read_only")),
        ({"tenantId": "globex"}, ("tenantId", "read_only")),
    ],
)
async def test_what_it_cannot_become_is_refused(
    body: Json, fault: tuple[str, str], acme: Caller, cell: Running
) -> None:
    created = await acme.contact(await acme.customer(), phone="13812345678")
    async with nothing_changes(cell):
        assert faults(await acme.patch(path_of(created), body)) == {fault}


async def test_a_stale_etag_is_refused(acme: Caller, cell: Running) -> None:
    created = await acme.contact(await acme.customer())
    await acme.patch(path_of(created), {"name": "韩梅梅"}, headers={"If-Match": '"1"'})
    async with nothing_changes(cell):
        answer = await acme.patch(path_of(created), {"name": "李雷"}, headers={"If-Match": '"1"'})
        refused(answer, 412, "PRECONDITION_FAILED")


async def test_another_owners_or_tenants_contact_does_not_exist(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    created = await alice.contact(await alice.customer())
    async with nothing_changes(cell):
        refused(await bob.patch(path_of(created), {"name": "x"}), 404, "NOT_FOUND")
        refused(await charlie.patch(path_of(created), {"name": "x"}), 404, "NOT_FOUND")
