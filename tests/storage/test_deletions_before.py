"""What an earlier release deleted can be restored, with what went along."""

from tests.storage.earlier import upgrade_from
from tests.world import Beside, Caller, Running, refused


async def test_a_migration_tells_what_was_deleted_together(
    acme: Caller, cell: Running, beside: Beside
) -> None:
    customer = await acme.customer()
    alone, along = await acme.contact(customer), await acme.contact(customer)
    deal = await acme.opportunity(customer)
    noted = await acme.follow_up(opportunityId=deal["opportunityId"])
    await acme.delete(f"/contacts/{alone['contactId']}")
    cell.change("UPDATE contacts SET deleted_at = 1 WHERE deleted_at IS NOT NULL")
    await acme.delete(f"/customers/{customer['customerId']}")
    await upgrade_from(cell, "0015")
    async with beside() as later:
        acme = Caller(later.client, "acme")
        await acme.post(f"/customers/{customer['customerId']}/restore")
        for where, expected in (
            ("/contacts", along["contactId"]),
            ("/opportunities", deal["opportunityId"]),
            ("/follow-ups", noted["followUpId"]),
        ):
            assert [next(iter(row.values())) for row in await acme.rows(where)] == [expected]
        assert (await acme.post(f"/contacts/{alone['contactId']}/restore")).status_code == 200


async def test_of_one_who_was_erased_nothing_can_be(
    acme: Caller, cell: Running, beside: Beside
) -> None:
    deal = await acme.opportunity(await acme.customer())
    await acme.delete(f"/opportunities/{deal['opportunityId']}")
    cell.change("UPDATE customers SET name = '已抹除 ' || substr(id, 25)")
    await upgrade_from(cell, "0015")
    async with beside() as later:
        acme = Caller(later.client, "acme")
        answer = await acme.post(f"/opportunities/{deal['opportunityId']}/restore")
        assert refused(answer, 409, "CONFLICT")["message"] == "个人信息已抹除，不能恢复"
