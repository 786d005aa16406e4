"""What the console tells its user: the bell, the address of their calendar, where a record went."""

import re

import httpx

from tests.console.conftest import Api, Open, faults, go, settle
from tests.processes import Process


def test_the_bell_counts_what_is_new_and_leads_to_it(opened: Open, api: Api, axe: str) -> None:
    api.put("/users/ming", name="Ming")
    customer = api.post("/customers", name="Bell Ltd", ownerId="ming")["customerId"]
    page = opened("today", user="ming")
    page.get_by_role("button", name="Notifications", exact=True).wait_for()
    api.post("/tasks", title="Ring them", customerId=customer, assigneeId="ming")
    # Nobody reloads the page.
    bell = page.get_by_role("button", name="Notifications, 1 unread")
    bell.click()
    settle(page)
    assert faults(page, axe) == []
    page.get_by_role("button", name="Ring them").click()
    page.get_by_role("heading", name="Bell Ltd").first.wait_for()
    page.get_by_role("button", name="Notifications", exact=True).wait_for()


def test_the_address_of_a_calendar_works_until_it_is_revoked(
    opened: Open, service: Process
) -> None:
    page = opened("me", user="ming")
    page.get_by_role("button", name="Create address").click()
    address = page.get_by_label("Calendar address").input_value()
    assert address.startswith(f"{service.address}/calendar.ics?token=cal_")
    assert httpx.get(address).text.startswith("BEGIN:VCALENDAR")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Create address").wait_for()
    assert httpx.get(address).status_code == 404


def test_a_merged_customer_leads_to_the_one_that_has_everything(opened: Open, api: Api) -> None:
    into, gone = (api.post("/customers", name=f"{each} Ltd") for each in ("Kept", "Gone"))
    api.post(f"/customers/{into['customerId']}/merge", fromIds=[gone["customerId"]])
    page = opened(f"customers/{gone['customerId']}", width=390)
    page.get_by_role("heading", name="Kept Ltd").first.wait_for()
    note = page.get_by_role("status").filter(has_text="was merged into this one")
    note.get_by_role("button", name="Close").click()
    note.wait_for(state="hidden")
    assert page.url.endswith(f"/customers/{into['customerId']}")

    # Beside a list as well; a region is found by its name there.
    page = opened(f"customers?open={gone['customerId']}")
    panel = page.locator(".panel")
    panel.get_by_role("heading", name="Kept Ltd").wait_for()
    note = panel.get_by_role("status").filter(has_text="was merged into this one")
    note.wait_for()
    panel.get_by_role("button", name=re.compile("^All [0-9]+$")).click()
    panel.locator(".kv", has_text="Region").get_by_role("button").click()
    panel.get_by_role("combobox", name="Region").fill("余杭")
    panel.get_by_role("option", name="浙江省 杭州市 余杭区").click()
    page.keyboard.press("Enter")
    panel.get_by_role("button", name="浙江省 杭州市 余杭区").wait_for()
    settle(page)
    assert api.get(f"/customers/{into['customerId']}")["region"] == "330110"


def test_dialogs_have_names_and_no_fault_of_accessibility(opened: Open, api: Api, axe: str) -> None:
    made = api.post("/customers", name="Dialog Ltd", contactPhone="13912340002")
    page = opened("customers", language="zh", theme="dark")
    row = page.locator(".trw", has_text="Dialog Ltd")
    row.wait_for()

    def sound(name: str) -> None:
        page.get_by_role("dialog", name=name).wait_for()
        settle(page)
        assert faults(page, axe) == [], name
        page.keyboard.press("Escape")
        page.get_by_role("dialog", name=name).wait_for(state="detached")

    page.keyboard.press("?")
    sound("键盘快捷键")
    page.keyboard.press("Control+k")
    sound("搜索或跳转")
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="批量编辑").click()
    sound("批量编辑")
    go(page, f"customers/{made['customerId']}")
    page.get_by_role("button", name="显示号码").first.click()
    sound("显示完整联系方式")
    go(page, "organisation")
    page.get_by_role("button", name="添加用户").first.click()
    sound("添加用户")
