"""`~` in a filter: a text contains what a search would find in it."""

import pytest

from crm_cell.resources.listing import containing, language
from tests.world import Beside, Caller, Json, faults, refused

NAMES = ("杭州云帆科技有限公司", "ABC DEF Trading", "重庆长安汽车")


async def names(caller: Caller, query: str) -> list[str]:
    return [each["name"] for each in await caller.rows("/customers", filter=query, sort="name")]


FOUND: dict[str, list[int]] = {
    'name ~ "云帆"': [0],
    'name ~ "雲帆"': [0],
    'name ~ "yfkj"': [0],
    'name ~ "yunfan"': [0],
    'name ~ "def"': [1],
    'name ~ "ABC trad"': [1],
    'name ~ "帆云"': [],
    'name ~ "ef"': [],
    'name ~ "()"': [],
    'not (name ~ "()")': [1, 0, 2],
    'not (name ~ "云帆")': [1, 2],
    'not (name ~ "yfkj" or name ~ "cqca")': [1],
    'name ~ "云帆" or name = "重庆长安汽车"': [0, 2],
    'name ~ "云帆" and status = 2': [],
    # The number of another member is no part of the name.
    'name ~ "1111"': [],
}


async def test_a_name_contains_what_a_search_finds(acme: Caller) -> None:
    for name in NAMES:
        await acme.customer(name=name, contactPhone="13812341111")
    found = {query: await names(acme, query) for query in FOUND}
    assert found == {query: [NAMES[each] for each in those] for query, those in FOUND.items()}


async def test_a_filter_shows_only_what_the_list_shows(
    alice: Caller, bob: Caller, acme: Caller, charlie: Caller
) -> None:
    await alice.customer(name="云帆一")
    await bob.customer(name="云帆二")
    await charlie.customer(name="云帆三")
    assert await names(alice, 'name ~ "yf"') == ["云帆一"]
    assert await names(alice, 'not (name ~ "一")') == []
    assert await names(bob, 'not (name ~ "一")') == ["云帆二"]
    assert await names(acme, 'name ~ "云帆"') == ["云帆一", "云帆二"]
    assert await names(charlie, 'name ~ "云帆"') == ["云帆三"]


async def test_a_contact_is_found_among_those_of_its_customer(alice: Caller, bob: Caller) -> None:
    one, other = await alice.customer(), await alice.customer()
    hers = await alice.contact(one, name="李雷")
    await alice.contact(other, name="李雷")
    query: Json = {"customerId": one["customerId"], "filter": 'name ~ "lil"'}
    assert await alice.rows("/contacts", **query) == [hers]
    assert await bob.rows("/contacts", **query) == []


async def test_what_was_renamed_or_deleted_is_not_found(acme: Caller) -> None:
    customer = await acme.customer(name="云帆")
    path = f"/customers/{customer['customerId']}"
    await acme.patch(path, {"name": "长安"})
    assert await names(acme, 'name ~ "云帆"') == []
    assert await names(acme, 'name ~ "ca"') == ["长安"]
    await acme.delete(path)
    assert await names(acme, 'name ~ "ca"') == []


async def test_pages_by_cursor_go_through_all(
    acme: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containing, "_FIRST", 2)
    monkeypatch.setattr(containing, "_NEXT", 3)
    for number in range(9):
        await acme.customer(name=f"云帆{number}")
    query: Json = {"filter": 'name ~ "云帆"', "sort": "-name", "pageSize": 4}
    found: list[str] = []
    following: Json | None = {}
    while following is not None:
        page = (await acme.get("/customers", **query, **following)).json()
        found += [each["name"] for each in page["data"]]
        following = {"cursor": page["nextCursor"]} if page["nextCursor"] else None
    assert found == [f"云帆{number}" for number in reversed(range(9))]


@pytest.mark.parametrize("limit", ["MOST_FOUND", "MOST_CANDIDATES"])
async def test_rather_than_leave_some_out_it_is_too_broad(
    acme: Caller, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(containing, "_FIRST", 2)
    monkeypatch.setattr(containing, limit, 2)
    for number in range(3):
        await acme.customer(name=f"云帆{number}")
    answer = await acme.get("/customers", filter='status = 1 and name ~ "云帆"')
    refused(answer, 400, "QUERY_TOO_BROAD")
    assert "name ~" in answer.json()["message"]
    assert await names(acme, 'name ~ "云帆1"') == ["云帆1"]


async def test_many_conditions_share_a_limit(acme: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_MOST_FOUND", 3)
    for number in range(2):
        await acme.customer(name=f"云帆{number}")
    assert len(await names(acme, 'name ~ "云帆"')) == 2
    answer = await acme.get("/customers", filter='name ~ "云帆" or name ~ "yf"')
    refused(answer, 400, "QUERY_TOO_BROAD")


async def test_a_text_that_no_search_takes_is_refused(acme: Caller) -> None:
    answer = await acme.get("/customers", filter=f'name ~ "{"云" * 101}"')
    assert faults(answer) == {("filter", "too_long")}
    answer = await acme.get("/customers", filter='contactPhone ~ "138"')
    assert faults(answer) == {("filter", "unknown_operator")}


async def operators(caller: Caller, resource: str, member: str) -> list[str]:
    answer = (await caller.get("/fields", resource=resource)).json()
    [found] = [each for each in answer["data"][0]["fields"] if each["name"] == member]
    return list(found["operators"])


async def test_fields_names_it_where_the_index_has_the_text(acme: Caller) -> None:
    for resource, member in (
        ("customer", "name"),
        ("contact", "name"),
        ("opportunity", "title"),
        ("contract", "contractNo"),
        ("task", "title"),
    ):
        assert "~" in await operators(acme, resource, member)
    assert "~" not in await operators(acme, "follow_up", "content")
    assert "~" not in await operators(acme, "customer", "contactPhone")


async def test_follow_ups_have_it_where_their_texts_are_searched(beside: Beside) -> None:
    async with beside(search_texts=True) as other:
        acme = Caller(other.client, "acme")
        assert "~" in await operators(acme, "follow_up", "content")
        await acme.follow_up(content="客户想了解云帆的报价")
        await acme.follow_up(content="客户不在")
        [found] = await acme.rows("/follow-ups", filter='content ~ "云帆"')
        assert found["content"] == "客户想了解云帆的报价"
