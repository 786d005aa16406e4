"""Where in a list: pages by number, and cursors that fit one list only."""

from urllib.parse import quote

import pytest

from crm_cell.http.paging import RequestedExportPage, RequestedPage, list_hash_of, requested_page
from crm_cell.http.schema import validate
from crm_cell.kernel.errors import BadRequest
from crm_cell.kernel.paging import MAX_EXPORT_SIZE, MAX_PAGE, PageRequest, Slice

LAST = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"


def query(kind: type[RequestedPage] = RequestedPage, **members: object) -> RequestedPage:
    return requested_page(kind, validate(members, kind.query), list_hash="mark")


def cursor_after(page: RequestedPage, last: str | None = LAST) -> str | None:
    return page.answer(Slice([1], 9, last), str).next_cursor


@pytest.mark.parametrize(
    ("page", "size", "offset"),
    [(1, 20, 0), (2, 20, 20), (7, 500, 3000), (MAX_PAGE, 1000, MAX_PAGE * 1000 - 1000)],
)
def test_a_page_begins_after_all_pages_before_it(page: int, size: int, offset: int) -> None:
    assert PageRequest(size=size, page=page).offset == offset
    assert offset < 2**63


def test_after_a_row_nothing_is_counted_off() -> None:
    assert PageRequest(size=20, page=9, after=LAST).offset == 0


def test_the_first_page_of_twenty_is_what_nobody_asks_for() -> None:
    page = query()
    assert (page.page, page.size, page.after) == (1, 20, None)
    export = query(RequestedExportPage)
    assert isinstance(export, RequestedExportPage)
    assert (export.page, export.size, export.named) == (1, MAX_EXPORT_SIZE, False)


@pytest.mark.parametrize("members", [{"page": 1}, {"pageSize": 5, "page": 3}])
def test_an_export_knows_whether_one_page_was_asked_for(members: dict[str, object]) -> None:
    export = query(RequestedExportPage, **members)
    assert isinstance(export, RequestedExportPage)
    assert export.named


def test_a_cursor_leads_to_the_next_page() -> None:
    cursor = cursor_after(query(page=4, pageSize=7))
    page = query(cursor=cursor, pageSize=3)
    assert (page.page, page.size, page.after) == (5, 3, LAST)
    assert cursor_after(query()) != cursor


def test_the_last_page_has_no_cursor() -> None:
    assert cursor_after(query(), last=None) is None


def test_a_cursor_needs_no_escaping_in_a_query() -> None:
    cursor = cursor_after(query(page=MAX_PAGE - 1)) or ""
    assert quote(cursor) == cursor
    assert len(cursor) <= 200


def test_past_the_last_page_there_is_no_cursor_to_go_on_with() -> None:
    cursor = cursor_after(query(page=MAX_PAGE))
    with pytest.raises(BadRequest) as refused:
        query(cursor=cursor)
    assert [(fault.field, fault.code) for fault in refused.value.field_errors] == [
        ("cursor", "malformed")
    ]


def test_the_mark_differs_with_all_that_decides_which_rows_there_are() -> None:
    marks = [
        list_hash_of(tenant, owner, path, filters)
        for tenant in ("acme", "globex")
        for owner in (None, "alice", "bob")
        for path in ("/customers", "/contacts")
        for filters in (b"[]", b'[{"customerId":"x"}]')
    ]
    assert len(set(marks)) == len(marks) == 24
