"""Lists that are filtered or sorted: totals, cursors, chosen and embedded members."""

import json

import pytest

from crm_cell.resources.listing import reading
from tests.world import Caller, Json, Running, faults, nothing_changes


async def names(caller: Caller, path: str = "/customers", **query: object) -> list[str]:
    return [each["name"] for each in await caller.rows(path, **query)]


# Totals


async def test_a_list_without_a_filter_knows_its_total(acme: Caller) -> None:
    await acme.customer()
    page = (await acme.get("/customers", sort="name")).json()
    assert list(page) == ["data", "total", "page", "pageSize", "nextCursor"]
    assert page["total"] == 1


async def test_a_filtered_list_does_not_count_unless_it_is_asked_to(
    acme: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        await acme.customer()
    page = (await acme.get("/customers", filter="status = 1", pageSize=1)).json()
    assert (page["total"], page["totalKnown"]) == (None, False)
    page = (await acme.get("/customers", filter="status = 1", withTotal="true")).json()
    assert (page["total"], set(page) & {"totalKnown", "totalIsMinimum"}) == (4, set())
    monkeypatch.setattr(reading, "MOST_COUNTED", 3)
    page = (await acme.get("/customers", filter="status = 1", withTotal="true")).json()
    assert (page["total"], page["totalIsMinimum"], "totalKnown" in page) == (3, True, False)


async def test_a_total_counts_what_the_caller_sees(alice: Caller, bob: Caller) -> None:
    await alice.customer()
    for caller, many in ((alice, 1), (bob, 0)):
        query: Json = {"filter": "status = 1", "withTotal": "true"}
        assert (await caller.get("/customers", **query)).json()["total"] == many
        assert (await caller.get("/customers", sort="name")).json()["total"] == many


# Pages


async def test_a_cursor_belongs_to_its_filter_sort_zone_and_caller(
    acme: Caller, alice: Caller, charlie: Caller
) -> None:
    for caller in (acme, acme, alice, alice, charlie, charlie):
        await caller.customer()
    query: Json = {"filter": "status = 1", "sort": "name", "pageSize": "1"}
    cursor = (await acme.get("/customers", **query)).json()["nextCursor"]
    assert len(await acme.rows("/customers", **query, cursor=cursor)) == 1
    shown = query | {"fields": "name", "withTotal": "true"}  # which rows are the same
    assert len(await acme.rows("/customers", **shown, cursor=cursor)) == 1
    others: list[Json] = [
        query | {"filter": "status = 2"},
        query | {"sort": "-name"},
        query | {"tz": "UTC"},
        {"sort": "name", "pageSize": "1"},
        {"filter": "status = 1", "pageSize": "1"},
        {"pageSize": "1"},
    ]
    for other in others:
        answer = await acme.get("/customers", **other, cursor=cursor)
        assert faults(answer) == {("cursor", "other_cursor")}
    for caller in (alice, charlie):
        answer = await caller.get("/customers", **query, cursor=cursor)
        assert faults(answer) == {("cursor", "other_cursor")}


async def test_a_page_by_number_ends_where_a_cursor_is_better(acme: Caller) -> None:
    query: Json = {"filter": "status = 1", "pageSize": "500"}
    assert (await acme.get("/customers", **query, page=21)).status_code == 200
    answer = await acme.get("/customers", **query, page=22, headers={"Accept-Language": "en"})
    assert faults(answer) == {("page", "too_large")}
    assert answer.json()["message"] == "page with a filter or a sort ends at row 10000: use cursor"


async def test_rows_that_come_or_go_meanwhile_repeat_and_skip_none(acme: Caller) -> None:
    for name in "bdfh":
        await acme.customer(name=name)
    first = (await acme.get("/customers", sort="name", pageSize=2)).json()
    await acme.delete(f"/customers/{first['data'][1]['customerId']}")
    for name in "ag":
        await acme.customer(name=name)
    rest = await names(acme, sort="name", pageSize=9, cursor=first["nextCursor"])
    assert [each["name"] for each in first["data"]] + rest == ["b", "d", "f", "g", "h"]


# Members


async def test_only_the_chosen_members_are_shown_and_the_id(acme: Caller) -> None:
    customer = await acme.customer(name="云图", contactPhone="13812345678")
    [row] = await acme.rows("/customers", fields="contactPhone, name")
    assert list(row) == ["customerId", "name", "contactPhone"]
    assert row == {name: customer[name] for name in row}
    assert row["contactPhone"] == "138****5678"


async def test_a_record_that_is_referred_to_comes_along_as_the_caller_reads_it(
    acme: Caller, alice: Caller
) -> None:
    hers = await alice.customer(contactPhone="13812345678")
    deal = await acme.opportunity(hers, ownerId="bob")
    await acme.follow_up(opportunityId=deal["opportunityId"])
    await acme.follow_up()
    hers = (await acme.get(f"/customers/{hers['customerId']}")).json()  # with what follows from it
    [without, row] = await acme.rows("/follow-ups", embed="customer, opportunity", fields="content")
    assert (without["customer"], without["opportunity"]) == (None, None)
    assert list(row) == ["followUpId", "content", "customer", "opportunity"]
    assert row["customer"] == hers
    assert row["opportunity"] == deal
    assert row["customer"]["contactPhone"] == "138****5678"


async def test_a_record_that_the_caller_does_not_read_stays_away(
    acme: Caller, alice: Caller
) -> None:
    task = {"title": "回电", "assigneeId": "alice"}
    his = await acme.customer(ownerId="bob")
    await acme.post("/tasks", task | {"customerId": his["customerId"]})
    [row] = await alice.rows("/tasks", embed="customer")
    assert (row["customerId"], row["customer"]) == (his["customerId"], None)


async def test_a_deleted_record_does_not_come_along(acme: Caller) -> None:
    customer = await acme.customer()
    contact = await acme.contact(customer)
    await acme.follow_up(customerId=customer["customerId"], contactId=contact["contactId"])
    await acme.delete(f"/contacts/{contact['contactId']}")
    [row] = await acme.rows("/follow-ups", embed="contact,customer")
    assert (row["contactId"], row["contact"]) == (contact["contactId"], None)
    assert row["customer"] == (await acme.get(f"/customers/{customer['customerId']}")).json()


# Together with what there was before


async def test_the_new_parameters_go_with_the_exact_filters(acme: Caller, bob: Caller) -> None:
    first, second = await acme.customer(), await acme.customer()
    for name in ("李雷", "韩梅梅"):
        await acme.contact(first, name=name, phone="13812345678")
    await acme.contact(second, name="李雷")
    query: Json = {"customerId": first["customerId"], "filter": 'name = "李雷"'}
    assert await names(acme, "/contacts", **query, withTotal="true") == ["李雷"]
    query = {"phone": "138 1234 5678", "sort": "name"}
    assert await names(acme, "/contacts", **query) == ["李雷", "韩梅梅"]
    page = (await acme.get("/contacts", customerId=first["customerId"], sort="-name")).json()
    assert ([each["name"] for each in page["data"]], page["total"]) == (["韩梅梅", "李雷"], 2)
    assert await names(bob, "/contacts", **query) == []


async def test_without_a_new_parameter_nothing_is_different(acme: Caller) -> None:
    for _ in range(3):
        await acme.customer()
    plain = await acme.get("/customers", pageSize=2)
    blank = await acme.get("/customers", pageSize=2, filter="", sort=" ", withTotal="false")
    assert blank.content == plain.content
    assert list(plain.json()) == ["data", "total", "page", "pageSize", "nextCursor"]


# Search


async def test_a_search_is_a_list_with_its_parameters_in_a_body(
    acme: Caller, cell: Running
) -> None:
    for number in range(3):
        await acme.customer(name=f"云 {number}")
    query: Json = {"filter": 'name ^= "云"', "sort": "-name", "pageSize": 2, "withTotal": True}
    listed = await acme.get("/customers", **query | {"withTotal": "true"})
    async with nothing_changes(cell):
        headers = {"Content-Type": "application/json"}
        content = json.dumps(query).encode()
        answer = await acme.send("POST", "/customers/search", headers=headers, content=content)
        assert answer.status_code == 200, answer.text
        again = await acme.send("POST", "/customers/search", headers=headers, content=content)
        assert again.json() == answer.json()
    cursor = answer.json().pop("nextCursor")
    assert {**answer.json(), "nextCursor": 0} == {**listed.json(), "nextCursor": 0}
    rest = await acme.post("/customers/search", query | {"cursor": cursor})
    assert [each["name"] for each in rest.json()["data"]] == ["云 0"]


async def test_a_search_takes_a_filter_that_no_address_holds(acme: Caller) -> None:
    customer = await acme.customer(name="云图")
    many = ["x" * 100 + str(number) for number in range(199)]
    tree = {"field": "name", "op": "in", "value": [*many, "云图"]}
    answer = await acme.post("/customers/search", {"filter": tree})
    assert answer.json()["data"] == [customer]
    text = "name in (" + ", ".join(f'"{each}"' for each in [*many, "云图"]) + ")"
    assert faults(await acme.get("/customers", filter=text)) == {("filter", "too_long")}
    assert (await acme.post("/customers/search", {"filter": text})).json()["data"] == [customer]


async def test_a_search_names_its_faults_like_a_list(acme: Caller) -> None:
    answer = await acme.post("/customers/search", {"filter": {"not": {}}, "sort": "x", "nmae": 1})
    assert faults(answer) == {("nmae", "unknown")}
    answer = await acme.post("/customers/search", {"filter": {"not": {}}, "sort": "x"})
    assert faults(answer) == {("filter.not", "syntax"), ("sort", "unknown_field")}


# Fields


async def test_fields_describes_every_member_of_an_answer(acme: Caller) -> None:
    customer = await acme.customer()
    [described] = (await acme.get("/fields", resource="customer")).json()["data"]
    assert (described["resource"], described["path"]) == ("customer", "/customers")
    fields = {each["name"]: each for each in described["fields"]}
    assert list(fields) == list(customer)
    assert fields["name"] == {
        "name": "name",
        "label": {"zh": "客户名称", "en": "Customer name"},
        "type": "text",
        "operators": ["=", "!=", "in", "not in", "^=", "~", "is empty", "is set"],
        "sortable": True,
        "indexed": True,
        "masked": False,
        "writable": "always",
        "required": True,
        "nullable": False,
        "reference": None,
        "options": [],
        "bounds": {"minLength": 1, "maxLength": 200},
        "section": None,
    }
    assert fields["uscc"]["section"] == {"zh": "工商信息", "en": "Business registration"}
    assert fields["status"]["options"] == [
        {"value": 1, "label": {"zh": "启用", "en": "active"}, "color": None, "active": True},
        {"value": 2, "label": {"zh": "停用", "en": "disabled"}, "color": None, "active": True},
    ]
    phone = fields["contactPhone"]
    assert (phone["operators"], phone["sortable"], phone["masked"]) == (["="], False, True)


async def test_fields_describes_all_resources(acme: Caller) -> None:
    described = (await acme.get("/fields")).json()["data"]
    assert [each["resource"] for each in described][:2] == ["customer", "contact"]
    for each in described:
        rows = await acme.get(each["path"], fields=",".join(f["name"] for f in each["fields"]))
        assert rows.status_code == 200
        for field in each["fields"]:
            answer = await acme.get(each["path"], sort=field["name"])
            assert answer.status_code == (200 if field["sortable"] else 400), field["name"]
