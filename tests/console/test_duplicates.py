"""What the form of a new customer says while it is typed."""

import re

from tests.console.conftest import Api, Open, settle


def checks(urls: list[str]) -> list[str]:
    return [url for url in urls if url.endswith("/duplicates/check")]


def test_whoever_types_a_customer_is_told_that_it_is_there_and_whose(
    opened: Open, api: Api
) -> None:
    for user, name in (("dina", "Dina"), ("egon", "Egon")):
        api.put(f"/users/{user}", name=name)
    hers = api.post("/customers", name="星禾医疗器械有限公司", ownerId="dina")["customerId"]
    api.post("/customers", name="Elsewhere", contactPhone="13900001111", ownerId="egon")
    page = opened("customers?new", user="dina")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    name = page.get_by_label("Customer name")
    name.press_sequentially("星禾医疗器械", delay=20)
    hint = page.locator(".dupc")
    hint.get_by_text("星禾医疗器械有限公司").wait_for()
    hint.get_by_text(re.compile("^Dina · last follow-up [A-Z][a-z]+ 20..$")).wait_for()
    assert len(checks(asked)) == 1
    opens = hint.get_by_role("link", name="Open")
    assert opens.get_attribute("href").endswith(f"/customers/{hers}")
    page.get_by_role("button", name="Create anyway").wait_for()

    # What is not hers to open shows whose it is, and no name: a number does not tell who it is of.
    name.fill("Something else")
    page.locator(".panel").get_by_label("Phone").fill("139 0000 1111")
    hint.get_by_text(re.compile("same phone · Egon · .* · you cannot open it")).wait_for()
    assert hint.get_by_text("A customer").is_visible()
    assert opens.count() == 0
    assert "Elsewhere" not in page.content()

    # A spent quota is a line, and asks no more.
    spent = {"code": "RATE_LIMIT", "message": "No more checks today.", "requestId": "r-1"}
    headers = {"Retry-After": "40000"}
    page.route("**/duplicates/check", lambda r: r.fulfill(status=429, json=spent, headers=headers))
    name.fill("A third name")
    page.get_by_text("No more checks today.").wait_for()
    count = len(checks(asked))
    name.fill("A fourth name")
    page.wait_for_timeout(600)
    assert len(checks(asked)) == count
    page.get_by_role("button", name="Create", exact=True).click()
    page.get_by_role("heading", name="A fourth name").wait_for()


def test_what_the_rules_refuse_is_created_with_a_reason(opened: Open, api: Api) -> None:
    api.post("/customers", name="青梧新能源有限公司")
    api.post("/customers", name="Somewhere", contactPhone="13900002222")
    api.put("/settings/duplicates", nameCore={"api": "block"}, phone={"api": "warn"})
    try:
        page = opened("customers?new")
        page.get_by_label("Customer name").fill("青梧新能源集团")
        page.get_by_role("button", name=re.compile("^Create")).click()
        alert = page.get_by_role("alert")
        alert.get_by_text("There is a customer or contact that may be the same").wait_for()
        assert alert.get_by_text("青梧新能源有限公司").is_visible()
        anyway = page.get_by_role("button", name="Create anyway")
        assert anyway.is_disabled()
        page.get_by_label("Why it is not the same").fill("同一集团 another company")
        page.locator(".panel").get_by_label("Phone").fill("139 0000 2222")
        anyway.click()
        page.get_by_role("heading", name="青梧新能源集团").wait_for()
        page.get_by_text("May exist already: same phone").wait_for()

        # A value that is changed in its cell is refused with the same matches and the same way on.
        other = api.post("/customers", name="Another name")["customerId"]
        page = opened("customers")
        page.locator(".trw .nm", has_text="Another name").dblclick()
        page.get_by_label("Customer name", exact=True).fill("青梧新能源股份有限公司")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="May exist already")
        dialog.get_by_text("青梧新能源有限公司", exact=True).wait_for()
        assert api.get(f"/customers/{other}")["name"] == "Another name"
        dialog.get_by_label("Why it is not the same").fill("another company")
        dialog.get_by_role("button", name="Save anyway").click()
        page.locator(".trw .nm", has_text="青梧新能源股份有限公司").wait_for()
        dialog.wait_for(state="detached")
        settle(page)
        assert api.get(f"/customers/{other}")["name"] == "青梧新能源股份有限公司"
    finally:
        api.put("/settings/duplicates")


def test_three_customers_become_one_field_by_field_and_come_apart_again(
    opened: Open, api: Api
) -> None:
    ids = {}
    for name in ("Merge East", "Merge West", "Merge North"):
        email = f"{name.split()[1].lower()}@merge.example"
        ids[name] = api.post("/customers", name=name, contactEmail=email)["customerId"]
    api.post("/contacts", customerId=ids["Merge West"], name="Wanda")
    page = opened("customers")
    for name in ids:
        page.get_by_label(f"Select {name}").check()
    page.get_by_role("button", name="Merge").click()
    dialog = page.get_by_role("dialog")
    stays = dialog.get_by_role("radiogroup", name="Stays")
    stays.get_by_label("Merge West").check()
    dialog.get_by_role("radiogroup", name="E-mail").get_by_label("north@merge.example").check()
    dialog.get_by_text("No records will move. 1 field of the customer that stays").wait_for()
    stays.get_by_label("Merge East").check()
    dialog.get_by_text("Will move: 1 contact. 1 field").wait_for()
    dialog.get_by_role("button", name="Merge 3 customers").dblclick()
    page.get_by_text("Merged into Merge East").first.wait_for()
    kept = api.get(f"/customers/{ids['Merge East']}")
    assert (kept["name"], kept["contactEmail"]) == ("Merge East", "north@merge.example")
    (contact,) = api.get(f"/contacts?customerId={ids['Merge East']}")["data"]
    assert contact["name"] == "Wanda"
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Merge undone").first.wait_for()
    assert [len(api.named(name)) for name in ids] == [1, 1, 1]
