"""Contracts stay, and so does whoever has one."""

from tests.world import Caller, Running, nothing_changes, refused


async def test_a_contract_cannot_be_deleted(acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer())
    async with nothing_changes(cell):
        answer = await acme.delete(f"/contracts/{contract['contractId']}")
    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, HEAD, PATCH"


async def test_the_list_cannot_be_deleted_either(acme: Caller) -> None:
    answer = await acme.delete("/contracts")
    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_a_customer_with_a_contract_stays_with_all_that_is_theirs(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    await acme.contact(customer)
    await acme.opportunity(customer)
    await acme.contract(customer, status=4)
    async with nothing_changes(cell):
        answer = await acme.delete(f"/customers/{customer['customerId']}")
    assert refused(answer, 409, "CONFLICT")["message"] == "客户已有合同，不能删除"


async def test_the_contracts_of_another_customer_keep_nobody(acme: Caller) -> None:
    customer = await acme.customer()
    await acme.contract(await acme.customer())
    assert (await acme.delete(f"/customers/{customer['customerId']}")).status_code == 204
