"""With CRM_MASK_EMAIL e-mail addresses are masked as telephone numbers are."""

from collections.abc import Iterator

import pytest

from crm_cell.kernel.masking import mask_email, mask_emails
from crm_cell.settings import Settings
from tests.world import Caller, Running, faults, nothing_changes

EMAIL, MASKED = "li.lei@example.com", "l***@example.com"


@pytest.fixture
def settings(settings: Settings) -> Iterator[Settings]:
    yield settings.model_copy(update={"mask_email": True})
    mask_emails(in_answers=False, in_records=False)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        (EMAIL, MASKED),
        ("ab@example.com", "a***@example.com"),
        ("a@example.com", "***@example.com"),
        ("李雷@例子.中国", "李***@例子.中国"),
        (None, None),
    ],
)
def test_the_mailbox_is_hidden_and_its_length(address: str | None, masked: str | None) -> None:
    assert mask_email(address) == masked


async def test_it_is_masked_wherever_it_is_shown(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactEmail=EMAIL)
    contact = await acme.contact(customer, email=EMAIL)
    assert (customer["contactEmail"], contact["email"]) == (MASKED, MASKED)
    assert await acme.rows("/customers", email=EMAIL) == [customer]
    await acme.patch(f"/contacts/{contact['contactId']}", {"email": "other@example.com"})
    for path in ("/customers", "/contacts", "/audit-logs", "/customers/export"):
        assert EMAIL not in (await acme.get(path)).text
    for kind in ("csv", "ndjson"):
        assert MASKED in (await acme.get("/customers/export", format=kind)).text
    for table in set(cell.datastore.tables()) - {"customers", "contacts"}:
        assert EMAIL not in repr(cell.rows(f'SELECT * FROM "{table}"')), table


async def test_sent_back_masked_it_changes_nothing(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactEmail=EMAIL)
    where = f"/customers/{customer['customerId']}"
    answer = await acme.patch(where, customer)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    changed = await acme.patch(where, {"contactEmail": MASKED, "status": 2})
    assert (changed.json()["contactEmail"], changed.json()["status"]) == (MASKED, 2)
    assert cell.rows("SELECT contact_email FROM customers") == [(EMAIL,)]


@pytest.mark.parametrize("other", ["x***@example.com", "l***@example.org", "***@example.com"])
async def test_another_masked_form_is_no_address(acme: Caller, cell: Running, other: str) -> None:
    customer = await acme.customer(contactEmail=EMAIL)
    async with nothing_changes(cell):
        answer = await acme.patch(f"/customers/{customer['customerId']}", {"contactEmail": other})
        assert faults(answer) == {("contactEmail", "not_an_email")}
        new = await acme.post("/customers", {"name": "N", "contactEmail": other})
        assert faults(new) == {("contactEmail", "not_an_email")}


async def test_it_is_revealed_like_a_number(acme: Caller) -> None:
    customer = await acme.customer(contactEmail=EMAIL)
    body = {"fields": ["contactEmail"], "reason": "发送合同"}
    answer = await acme.post(f"/customers/{customer['customerId']}/reveal", body)
    assert answer.json()["revealed"] == {"contactEmail": EMAIL}
