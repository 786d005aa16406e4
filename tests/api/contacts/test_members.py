"""What a business needs to know of a contact. WeChat and birthday are masked like phones."""

from tests.world import Caller, Running, audit, events, faults, nothing_changes, refused

GIVEN = {
    "title": "采购总监",
    "department": "采购部",
    "wechat": "lilei_88",
    "role": "decisionMaker",
    "birthday": "1988-05-20",
    "remark": "先发资料，再约拜访",
}
SHOWN = GIVEN | {"wechat": "l***8", "birthday": "****-**-**"}


async def test_they_are_stored_masked_found_and_revealed(acme: Caller, cell: Running) -> None:
    customer = await acme.customer()
    contact = await acme.contact(customer, **GIVEN)
    where = f"/contacts/{contact['contactId']}"
    assert {name: contact[name] for name in GIVEN} == SHOWN
    assert events(cell)[-1]["data"] == contact
    assert "lilei_88" not in str(audit(cell)) + str(events(cell))
    assert "1988-05-20" not in str(audit(cell)) + str(events(cell))
    found = (await acme.get("/contacts", filter='wechat = "LiLei_88"')).json()
    assert found["data"] == [contact]
    found = (await acme.get("/contacts", filter='role = "decisionMaker"')).json()
    assert found["data"] == [contact]

    # What was shown may be sent back with a change.
    changed = await acme.patch(where, SHOWN | {"title": "副总经理"})
    assert changed.json() | {"updatedAt": ""} == contact | {"title": "副总经理", "updatedAt": ""}
    body = {"fields": ["wechat", "birthday"], "reason": "生日祝福 1988-05-20 lilei_88"}
    revealed = (await acme.post(f"{where}/reveal", body)).json()["revealed"]
    assert revealed == {"wechat": "lilei_88", "birthday": "1988-05-20"}
    assert audit(cell)[-1]["changes"]["reason"] == "生日祝福 *** ***"


async def test_what_is_wrong_is_named_and_nothing_changes(acme: Caller, cell: Running) -> None:
    contact = await acme.contact(await acme.customer(), **GIVEN)
    wrong = {"wechat": "x***8", "birthday": "1988-02-30", "role": "boss"}
    async with nothing_changes(cell):
        answer = await acme.patch(f"/contacts/{contact['contactId']}", wrong)
        refused(answer, 400, "BAD_REQUEST")
        assert faults(answer) == {("birthday", "not_a_date"), ("role", "not_one_of")}
        answer = await acme.patch(f"/contacts/{contact['contactId']}", {"wechat": "x***8"})
        assert faults(answer) == {("wechat", "malformed")}
        answer = await acme.get("/contacts", filter='birthday = "1988-05-20"')
        refused(answer, 400, "BAD_REQUEST")
