"""What is wrong with a filter, a sort or a choice of members is reported at its place."""

import json
from typing import Any

import pytest

from crm_cell.resources.listing.times import WORDS
from tests.world import Caller, refused

MEMBERS = (
    "customerId, name, contactPhone, contactEmail, status, ownerId, "
    "shortName, uscc, region, address, website, remark, level, source, industry, tags, "
    "lastFollowUpAt, lastFollowUpBy, nextContactAt, openOpportunityCount, openOpportunityCents, "
    "outstandingCents, parentId, createdAt, updatedAt, newlyAssigned"
)
OPERATORS = (
    "=, !=, <, <=, >, >=, ~, ^=, between, in, not in, has any, has none, has, is empty, is set"
)

TEXTS: list[tuple[str, int, str, str]] = [
    ("", 0, "syntax", "expected a field, not or ("),
    ("(", 1, "syntax", "expected a field, not or ("),
    ("(status = 1", 11, "syntax", "expected )"),
    ("status = 1)", 10, "syntax", "expected and, or"),
    ("status = 1 name = 2", 11, "syntax", "expected and, or"),
    ("status = 1 and", 14, "syntax", "expected a field, not or ("),
    ("and", 0, "syntax", "expected a field, not or ("),
    ("status", 6, "syntax", f"expected {OPERATORS}"),
    ("status == 1", 8, "syntax", 'expected "…", 1, true, today, -7d, me'),
    ("status is", 9, "syntax", "expected empty, set"),
    ("status in 1", 10, "syntax", "expected ("),
    ("status in (1", 12, "syntax", "expected , )"),
    ("status in (1,)", 13, "syntax", 'expected "…", 1, true, today, -7d, me'),
    ("createdAt between today or 2", 24, "syntax", "expected and"),
    ('name = "云', 7, "syntax", "the quotation mark is never closed"),
    ("name = 云图", 7, "syntax", "cannot read '云图': text is quoted"),
    ("name = 'x'", 7, "syntax", "cannot read \"'x'\": text is quoted"),
    ("(((((((((status = 1)))))))))", 9, "too_deep", "more than 4 levels are nested here"),
    ("not not not not not status = 1", 16, "too_deep", "more than 4 levels are nested here"),
    (
        " or ".join(["status = 1"] * 21),
        20 * 14,
        "too_many",
        "this is one more than 20 conditions",
    ),
    (
        f"status in ({','.join('1' * 201)})",
        11 + 2 * 200,
        "too_many",
        "this is one more than 200 values",
    ),
    ("nmae = 1", 0, "unknown_field", f"there is no field nmae; there are {MEMBERS}"),
    ("tenantId = 1", 0, "unknown_field", f"there is no field tenantId; there are {MEMBERS}"),
    ("nameKey = 1", 0, "unknown_field", f"there is no field nameKey; there are {MEMBERS}"),
    (
        'status = 1 and contactPhone ^= "138"',
        28,
        "unknown_operator",
        "contactPhone has no ^=; it has =",
    ),
    (
        "name > 1",
        5,
        "unknown_operator",
        "name has no >; it has =, !=, in, not in, ^=, ~, is empty, is set",
    ),
    (
        'contactPhone ~ "1"',
        13,
        "unknown_operator",
        "contactPhone has no ~; it has =",
    ),
    ("status = 3", 9, "too_large", "must be at most 2"),
    ('status = "1"', 9, "type", "must be integer"),
    ("status = 1.5", 9, "type", "must be integer"),
    ("status in (1, 0)", 14, "too_small", "must be at least 1"),
    ("name = 5", 7, "type", "must be string"),
    ('name = " "', 7, "too_short", "must have at least 1 characters"),
    ('name ^= ""', 8, "too_short", "must have at least 1 characters"),
    ("name = me", 7, "value", "text is quoted"),
    ('contactPhone = "x"', 15, "not_a_phone", "is not a telephone number"),
    ("ownerId = me", 10, "value", "the caller is no user, so me and myTeam mean nothing"),
    ("ownerId = myTeam", 10, "value", "the caller is no user, so me and myTeam mean nothing"),
    ("ownerId = alice", 10, "value", "text is quoted"),
    (
        "createdAt > soon",
        12,
        "value",
        f"not a time: write a date, an RFC 3339 time, or {WORDS}",
    ),
]


@pytest.mark.parametrize(("text", "offset", "code", "message"), TEXTS)
async def test_a_fault_in_a_text_is_reported_with_its_offset(
    text: str, offset: int, code: str, message: str, acme: Caller
) -> None:
    headers = {"Accept-Language": "en"}
    answer = await acme.get("/customers", filter=text or " ( ", headers=headers)
    if not text:
        offset = 3
    [fault] = refused(answer, 400, "BAD_REQUEST")["errors"]
    assert fault == {
        "field": "filter",
        "code": code,
        "message": f"at character {offset + 1}: {message}",
        "offset": offset,
    }


TREES: list[tuple[Any, str, str, str]] = [
    ([], "", "not_json", ""),
    ({}, "", "syntax", ""),
    ({"and": []}, "and", "syntax", "expected […], 1 … 20"),
    ({"and": [{"field": "status", "op": "=", "value": 3}]}, "and[0].value", "too_large", ""),
    ({"not": {"field": "nmae", "op": "=", "value": 1}}, "not.field", "unknown_field", ""),
    ({"or": [{"field": "name", "op": "==", "value": 1}]}, "or[0].op", "syntax", ""),
    ({"or": [{"field": 1, "op": "=", "value": 1}]}, "or[0].field", "syntax", 'expected "…"'),
    ({"field": "name", "op": "=", "value": 1, "x": 1}, "x", "syntax", "expected field, op, value"),
    ({"field": "status", "op": "in", "value": 1}, "value", "syntax", "expected […], 1 … 200"),
    ({"field": "status", "op": "in", "value": [1, "a"]}, "value[1]", "type", "must be integer"),
    ({"field": "status", "op": "=", "value": None}, "value", "type", "must be integer"),
    ({"field": "status", "op": "=", "value": True}, "value", "type", "must be integer"),
    (
        {"field": "name", "op": "is set", "value": 1},
        "value",
        "syntax",
        "is set takes no value",
    ),
    (
        {"not": {"not": {"not": {"not": {"not": {"field": "status", "op": "=", "value": 1}}}}}},
        "not.not.not.not",
        "too_deep",
        "more than 4 levels are nested here",
    ),
]


@pytest.mark.parametrize(("tree", "path", "code", "message"), TREES[1:])
async def test_a_fault_in_json_is_reported_with_its_path(
    tree: Any, path: str, code: str, message: str, acme: Caller
) -> None:
    headers = {"Accept-Language": "en"}
    answer = await acme.get("/customers", filter=json.dumps(tree), headers=headers)
    [fault] = refused(answer, 400, "BAD_REQUEST")["errors"]
    assert (fault["field"], fault["code"]) == (f"filter.{path}" if path else "filter", code)
    assert message in fault["message"]
    assert "offset" not in fault


async def test_text_that_is_no_json_is_reported_as_such(acme: Caller) -> None:
    [fault] = refused(await acme.get("/customers", filter='{"a"'), 400, "BAD_REQUEST")["errors"]
    assert (fault["field"], fault["code"]) == ("filter", "not_json")


@pytest.mark.parametrize(
    ("parameter", "text", "offset", "code"),
    [
        ("sort", "nmae", 0, "unknown_field"),
        ("sort", "name,", 5, "syntax"),
        ("sort", "-name, -contactPhone", 8, "not_sortable"),
        ("sort", "name,-name", 6, "not_sortable"),
        ("sort", "name,status,updatedAt", 11, "too_many"),
        ("sort", "ownerId", 0, "not_sortable"),
        ("fields", "name,nmae", 5, "unknown_field"),
        ("fields", "name;status", 4, "syntax"),
        ("embed", "customer", 0, "unknown_field"),
    ],
)
async def test_a_fault_in_another_parameter_is_reported_with_its_offset(
    parameter: str, text: str, offset: int, code: str, acme: Caller
) -> None:
    answer = await acme.send("GET", "/customers", params={parameter: text})
    [fault] = refused(answer, 400, "BAD_REQUEST")["errors"]
    assert (fault["field"], fault["offset"], fault["code"]) == (parameter, offset, code)


async def test_all_faults_are_reported_at_once_in_both_languages(acme: Caller) -> None:
    answer = await acme.get("/customers", filter="x = 1", sort="y", fields="z", tz="Nowhere/X")
    faults = refused(answer, 400, "BAD_REQUEST")["errors"]
    assert [each["field"] for each in faults] == ["filter", "sort", "fields", "tz"]
    assert faults[0]["message"].startswith("第 1 个字符处，没有字段 x；可用：customerId, name")
