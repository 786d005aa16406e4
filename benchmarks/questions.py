"""Requests for a small and a large database, which should cost the same."""

import random
from collections.abc import Mapping

import msgspec

from benchmarks.caller import Caller
from benchmarks.growth import DEEP_PAGE
from benchmarks.load import NextRequest
from benchmarks.seed_rows import LARGE_OWNERS, OPPORTUNITIES_OF_A_CUSTOMER, customer_id
from benchmarks.traffic import Traffic, cycle, get

_DIFFERENT = 1_000
# A cursor does not know page sizes, so the largest pages lead to it.
_STRIDE = 500
_PAGE = 20


def questions(caller: Caller, records: int, traffic: Traffic) -> Mapping[str, NextRequest]:
    chance = random.Random(1)
    numbers = [chance.randrange(records) for _ in range(_DIFFERENT)]
    with_some = [number // OPPORTUNITIES_OF_A_CUSTOMER for number in numbers]
    return {
        "list, first page": cycle([get("/customers")]),
        "cursor, page 1 000": _after_row(caller, 1_000 * _PAGE, records),
        "cursor, page 40 000": _after_row(caller, DEEP_PAGE * _PAGE, records),
        "get": cycle([get(f"/customers/{customer_id(number)}") for number in numbers]),
        "list by customerId": cycle(
            [get(f"/opportunities?customerId={customer_id(number)}") for number in with_some]
        ),
        "list by owner": cycle(
            [get("/customers", f"X-User-Id: owner-{number}\r\n") for number in range(LARGE_OWNERS)]
        ),
        "funnel": cycle([get("/reports/funnel")]),
        "metrics": cycle([get("/metrics")]),
        "create": traffic.create(),
    }


def _after_row(caller: Caller, row: int, records: int) -> NextRequest:
    """The page after a row, or after the middle one if there are not so many."""
    last = min(row, records // 2) // _STRIDE
    page = msgspec.json.decode(caller.ask(get(f"/customers?page={last}&pageSize={_STRIDE}")))
    return cycle([get(f"/customers?cursor={page['nextCursor']}")])


def deep_pages() -> NextRequest:
    """Requests for neighbouring pages, as real callers send them."""
    return cycle([deep_page(DEEP_PAGE + number) for number in range(5)])


def deep_page(number: int) -> bytes:
    return get(f"/customers?page={number}")


def export_pages(records: int, size: int) -> list[bytes]:
    pages = -(-records // size)
    return [get(f"/customers/export?page={page}&pageSize={size}") for page in range(1, pages + 1)]
