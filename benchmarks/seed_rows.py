"""The rows of benchmarks: always the same, and as the service would have written them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

from crm_cell.customers.resource import Customer, Status
from crm_cell.customers.resource import customers as customer_resource
from crm_cell.follow_ups.resource import FollowUp
from crm_cell.kernel.ids import lowest_at
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.kernel.text import name_key
from crm_cell.opportunities.resource import Opportunity
from crm_cell.opportunities.stages import STAGES, stage_and_status
from crm_cell.opportunities.stages import Status as DealStatus
from crm_cell.resources.reading import encryption_of
from crm_cell.search.store import Entry
from crm_cell.tasks.resource import Task

TENANT = "acme"
# Some users own a tenth of all customers each; the others share the rest.
OWNERS, LARGE_OWNERS = 1_000, 5
TEAMS = {"leader-of-5": range(LARGE_OWNERS), "leader-of-200": range(LARGE_OWNERS, 205)}
"""Whose records leaders see."""
OPPORTUNITIES_OF_A_CUSTOMER = 5
FOLLOW_UPS_OF_A_CUSTOMER = 30
# 2026-01-01. Each record has its own millisecond, and the lowest id of it.
_FIRST_MOMENT = 1_767_225_600_000
_FIRST_DAY = date(2026, 1, 1)
_DAYS = 365
_LEVELS = ("level.a", "level.b", "level.c")
ENCRYPTED = encryption_of(customer_resource).columns


def customer_id(number: int) -> str:
    return lowest_at(_FIRST_MOMENT + number)


def customer(number: int) -> tuple[Any, ...]:
    made = _made(
        Customer,
        number,
        name=_name("客户", number),
        name_key=name_key(_name("客户", number)),
        contact_phone=f"138{number % 10**8:08}",
        contact_email=f"buyer{number}@example.com",
        status=Status.ACTIVE,
        owner_id=_owner(number),
        level=_LEVELS[number % len(_LEVELS)],
    )
    keys = (column.form(getattr(made, column.name)) for column in ENCRYPTED)
    return (*msgspec.structs.astuple(made), *keys)


def opportunity(number: int, customers: int) -> tuple[Any, ...]:
    """Some customers have five opportunities each, the others none."""
    customer = number // OPPORTUNITIES_OF_A_CUSTOMER % customers
    stage, status = stage_and_status(1 + number % len(STAGES), None, open_stage=1)
    made = _made(
        Opportunity,
        number,
        customer_id=customer_id(customer),
        title=_name("商机", number),
        amount_cents=number * 100,
        currency=DEFAULT_CURRENCY,
        stage=stage,
        status=status,
        owner_id=_owner(customer),
        expected_close_on=_day(number),
        closed_at=None if status == DealStatus.OPEN else _FIRST_MOMENT + number,
        stage_since=_FIRST_MOMENT + number,
        pushed_count=0,
    )
    return msgspec.structs.astuple(made)


def task(number: int) -> tuple[Any, ...]:
    """One for each customer; half of every owner's are done."""
    is_done = number // 10 % 2 == 1
    owner = _owner(number)
    made = _made(
        Task,
        number,
        title=_name("任务", number),
        kind="call",
        due_on=_day(number),
        due=_day(number),
        customer_id=customer_id(number),
        assignee_id=owner,
        status="done" if is_done else "open",
        done_at=_FIRST_MOMENT + number if is_done else None,
        done_by=owner if is_done else None,
        origin="manual",
    )
    return msgspec.structs.astuple(made)


def follow_up(number: int, customers: int) -> tuple[Any, ...]:
    """Some customers have thirty each."""
    customer = number // FOLLOW_UPS_OF_A_CUSTOMER % customers
    made = _made(
        FollowUp,
        number,
        customer_id=customer_id(customer),
        content=_name("跟进", number),
        follow_up_type="call",
        created_by=_owner(customer),
        owner_id=_owner(customer),
        followed_at=_FIRST_MOMENT + number,
    )
    return msgspec.structs.astuple(made)


def reach() -> list[tuple[str, str, str]]:
    return [
        (TENANT, leader, user)
        for leader, led in TEAMS.items()
        for user in (leader, *(f"owner-{number}" for number in led))
    ]


def search_entries(customers: int, opportunities: int, tasks: int) -> Iterator[Entry]:
    for number in range(customers):
        name = _name("客户", number)
        yield Entry(TENANT, "customer", customer_id(number), [name], companies=[name])
    for kind, title, many in (("opportunity", "商机", opportunities), ("task", "任务", tasks)):
        for number in range(many):
            yield Entry(TENANT, kind, customer_id(number), [_name(title, number)])


def _made(record: type[Any], number: int, /, **values: Any) -> Any:
    """With the common fields of every record, and nothing where `values` has none."""
    moment = _FIRST_MOMENT + number
    header = {
        "tenant_id": TENANT,
        "id": customer_id(number),
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }
    return record(**(dict.fromkeys(record.__struct_fields__) | header | values))


def _name(kind: str, number: int) -> str:
    return f"{kind} {number:07}"


def _day(number: int) -> str:
    return str(_FIRST_DAY + timedelta(days=number % _DAYS))


def _owner(customer: int) -> str:
    tens, ones = divmod(customer, 10)
    if ones < LARGE_OWNERS:
        return f"owner-{ones}"
    return f"owner-{LARGE_OWNERS + (tens * LARGE_OWNERS + ones) % (OWNERS - LARGE_OWNERS)}"
