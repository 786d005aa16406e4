"""POST /contacts/{contact_id}/reveal."""

from tests.world import Caller, Running, audit, faults, nothing_changes, refused

PHONE, EMAIL = "13812345678", "li.lei@example.com"
BOTH = {"fields": ["phone", "email"], "reason": "客户要求回电"}


async def test_the_full_values_are_shown_and_put_on_record(alice: Caller, cell: Running) -> None:
    contact = await alice.contact(await alice.customer(), phone=PHONE, email=EMAIL)
    answer = await alice.post(f"/contacts/{contact['contactId']}/reveal", BOTH)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.json() == {
        "contactId": contact["contactId"],
        "revealed": {"phone": PHONE, "email": EMAIL},
    }
    entry = audit(cell)[-1]
    assert (entry["actor"], entry["action"], entry["resourceType"]) == (
        "alice",
        "revealed",
        "contact",
    )
    assert entry["changes"] == BOTH


async def test_a_replay_shows_it_again_and_keeps_nothing(alice: Caller, cell: Running) -> None:
    contact = await alice.contact(await alice.customer(), phone=PHONE)
    where = f"/contacts/{contact['contactId']}/reveal"
    first = await alice.post(where, BOTH, key="same")
    async with nothing_changes(cell):
        assert (await alice.post(where, BOTH, key="same")).content == first.content
    assert cell.rows("SELECT body FROM idempotency_keys WHERE key = 'same'") == [(b"",)]


async def test_of_others_contacts_nothing_is_shown(
    alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    contact = await alice.contact(await alice.customer(), phone=PHONE)
    async with nothing_changes(cell):
        for caller in (bob, charlie):
            answer = await caller.post(f"/contacts/{contact['contactId']}/reveal", BOTH)
            refused(answer, 404, "NOT_FOUND")


async def test_a_field_of_customers_is_none_of_contacts(alice: Caller) -> None:
    contact = await alice.contact(await alice.customer(), phone=PHONE)
    body = BOTH | {"fields": ["contactPhone"]}
    answer = await alice.post(f"/contacts/{contact['contactId']}/reveal", body)
    assert faults(answer) == {("fields", "not_one_of")}
