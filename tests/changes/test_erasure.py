"""Nothing of an erased person is left in the feed, and every copy learns that it has to go."""

from crm_cell.kernel.masking import mask_phone
from tests.changes.following import Copy, follow, start_of
from tests.privacy.person import OTHER_PHONE, erase
from tests.world import Caller, Running


async def test_a_person_who_is_erased_is_in_no_line(
    acme: Caller, alice: Caller, bob: Caller, cell: Running
) -> None:
    starts = {caller: await start_of(caller) for caller in (acme, alice, bob)}
    copies = {caller: Copy(start) for caller, start in starts.items()}
    customer = await alice.customer(name="赵铁柱商行", contactPhone=OTHER_PHONE)
    contact = await alice.contact(customer, name="赵小兰", phone=OTHER_PHONE)
    await acme.opportunity(customer, title="赵铁柱的订单", ownerId="bob")
    await alice.patch(f"/contacts/{contact['contactId']}", {"name": "赵小兰二"})
    for caller, copy in copies.items():
        await copy.catch_up(caller)
    assert {len(copy.records) for copy in copies.values()} == {3}
    await erase(cell, customer_id=customer["customerId"])
    for caller, copy in copies.items():
        changes, _ = await follow(caller, starts[caller], include="data")
        assert not any(mark in str(changes) for mark in ("赵", str(mask_phone(OTHER_PHONE))))
        await copy.catch_up(caller)
        assert copy.records == {}, caller.user


async def test_what_stays_of_a_person_is_a_line_of_its_own(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    """Money keeps its customer and its opportunity, without what they said of the person."""
    copies = {caller: Copy(await start_of(caller)) for caller in (acme, alice)}
    customer = await alice.customer(name="赵铁柱商行", contactPhone=OTHER_PHONE)
    opportunity = await alice.opportunity(customer, title="赵铁柱的订单")
    contract = await alice.contract(customer, opportunityId=opportunity["opportunityId"])
    await alice.payment(contract)
    for caller, copy in copies.items():
        await copy.catch_up(caller)
    await erase(cell, customer_id=customer["customerId"])
    for caller, copy in copies.items():
        await copy.catch_up(caller)
        assert copy.records == await Copy.of_lists(caller)
        assert "赵" not in str(copy.records)
        assert len(copy.records) == 4
