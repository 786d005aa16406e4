"""With one finger, at the width of a small phone; with large text; in another time zone."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.console.conftest import Api, Open, Page, go, settle

FAR = "Pacific/Kiritimati"  # 14 hours ahead of UTC


def see(page: Page, text: str) -> None:
    page.get_by_text(text, exact=True).first.wait_for()


# As the page hears it: a finger that a busy machine holds still for long would open a menu instead.
SWIPE = """async (row, by) => {
  const target = row.querySelector('.tt');
  const box = target.getBoundingClientRect();
  const send = (name, part) => target.dispatchEvent(new PointerEvent(name, {
    bubbles: true, pointerType: 'touch', clientX: box.x + by * part, clientY: box.y,
  }));
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  send('pointerdown', 0);
  for (const part of [0.25, 0.5, 0.75, 1]) {
    send('pointermove', part);
    await frame();
  }
  send('pointerup', 1);
}"""


def swipe(row: Any, by: int) -> None:
    row.evaluate(SWIPE, by)


def test_a_day_is_worked_off_with_one_thumb(opened: Open, api: Api) -> None:
    api.put("/users/gao", name="Gao")
    made = api.post("/customers", name="Thumb Ltd", ownerId="gao", contactPhone="13912340000")
    customer = made["customerId"]
    # Where the reader is, it is tomorrow already; the task is of that day.
    day = datetime.now(UTC).astimezone(ZoneInfo(FAR)).date().isoformat()
    task = {"customerId": customer, "assigneeId": "gao", "dueOn": day}
    ringing = api.post("/tasks", title="Ring them", **task)["taskId"]
    api.post("/tasks", title="Ring again", **task)
    api.post("/opportunities", customerId=customer, title="Deal", amountCents=100, ownerId="gao")
    page = opened("today", width=360, user="gao", zone=FAR)
    row = page.get_by_label("Today", exact=True).locator("li", has_text="Ring them")
    row.wait_for()
    swipe(row, 60)  # not far enough
    swipe(row, 140)
    see(page, "Done. Next step?")
    settle(page)
    assert api.get(f"/tasks/{ringing}")["status"] == "done"

    page.get_by_role("link", name="Customers").tap()
    page.locator(".rc", has_text="Thumb Ltd").tap()
    page.get_by_role("button", name="Log follow-up").tap()
    page.get_by_placeholder("What was discussed, and how they responded").fill("Sends a drawing")
    page.get_by_role("group", name="Next contact").get_by_role("button", name="Tomorrow").tap()
    page.get_by_role("button", name="Save follow-up").tap()
    see(page, "Follow-up logged")
    (note,) = api.get(f"/follow-ups?customerId={customer}")["data"]
    assert note["content"] == "Sends a drawing"
    titles = {each["title"]: each for each in api.get(f"/tasks?customerId={customer}")["data"]}
    next_day = datetime.fromisoformat(day).date() + timedelta(days=1)
    assert titles["Contact Thumb Ltd"]["dueOn"] == next_day.isoformat()

    go(page, "deals")
    page.get_by_role("button", name="Mine").tap()
    page.locator(".kc", has_text="Deal").wait_for()
    assert "filter" in page.url
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    go(page, "today")
    ahead = page.get_by_label("Next 7 days", exact=True).locator("li", has_text="Contact Thumb")
    ahead.wait_for()
    swipe(ahead, -140)
    page.get_by_text(re.compile("^Put off until")).wait_for()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("button", name="In 3 days").last.tap()
    in_three = datetime.fromisoformat(day).date() + timedelta(days=3)
    assert (
        api.get(f"/tasks/{titles['Contact Thumb Ltd']['taskId']}")["dueOn"] == in_three.isoformat()
    )
    # Last, for a browser without a telephone stops at the number.
    with page.expect_response("**/reveal") as revealed:
        page.get_by_role("button", name="Call: Thumb Ltd").first.tap()
    assert revealed.value.json()["revealed"] == {"contactPhone": "13912340000"}


def test_a_customer_is_found_by_digits_and_a_deal_is_lost_on_the_phone(
    opened: Open, api: Api
) -> None:
    made = api.post("/customers", name="Pocket Ltd", contactPhone="13912347531")
    deal = {"customerId": made["customerId"], "title": "Pocket deal", "amountCents": 100}
    deal_id = api.post("/opportunities", **deal)["opportunityId"]
    page = opened("today", width=360)
    page.get_by_role("button", name="Search or jump").tap()
    page.get_by_role("combobox").fill("7531")
    page.get_by_role("option", name="Pocket Ltd").tap()
    page.get_by_role("heading", name="Pocket Ltd").first.wait_for()
    go(page, f"deals/{deal_id}")
    page.get_by_role("heading", name="Pocket deal").first.wait_for()
    page.get_by_role("button", name="More", exact=True).tap()
    page.get_by_role("menuitem", name="Lost").tap()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Price").tap()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        dialog.get_by_role("button", name="Lost").tap()
    dialog.wait_for(state="hidden")
    assert api.get(f"/opportunities/{deal_id}")["lostReason"] == "price"


def test_a_touch_on_a_stage_brings_its_column_and_moves_nothing_else(
    opened: Open, api: Api
) -> None:
    made = api.post("/customers", name="Pocket Ltd")
    api.post("/opportunities", customerId=made["customerId"], title="Deal", amountCents=100)
    page = opened("deals", width=360)
    settle(page)
    title = page.get_by_role("heading", name="Deals").bounding_box()
    stage = page.locator(".stages button").nth(2)
    name = re.sub("[0-9]", "", stage.inner_text()).strip()
    stage.tap()
    page.locator(".stages button[aria-current]", has_text=name).wait_for()
    column = page.locator(".kcol").nth(2)
    page.wait_for_function(
        "column => Math.abs(column.getBoundingClientRect().x - 24) < 9", arg=column.element_handle()
    )
    page.wait_for_timeout(300)
    assert page.get_by_role("heading", name="Deals").bounding_box() == title


# Of each control on the screen: whether another one lies over its middle. What a region has
# scrolled out of itself is not on the screen.
OVERLAPS = """() => {
  const controls = 'button, a[href], input, select, textarea';
  const within = (box, x, y) => x > box.left && x < box.right && y > box.top && y < box.bottom;
  const shown = (one, x, y) => {
    for (let each = one; each; each = each.parentElement) {
      const clips = each === one || getComputedStyle(each).overflow !== 'visible';
      if (clips && !within(each.getBoundingClientRect(), x, y)) return false;
    }
    return true;
  };
  return [...document.querySelectorAll(controls)].flatMap(one => {
    const box = one.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (one.closest('.sr') || !one.offsetParent || !shown(one, x, y)) return [];
    const top = document.elementFromPoint(x, y)?.closest(controls);
    const apart = top && !top.contains(one) && !one.contains(top);
    return apart ? [one.outerHTML.slice(0, 90) + ' under ' + top.outerHTML.slice(0, 90)] : [];
  });
}"""


# Text of which a part is neither shown nor told to be missing by dots, nor can be scrolled to.
CUT = """() => [...document.querySelectorAll('main *, .tbar *')].filter(one => {
  const text = [...one.childNodes].some(each => each.nodeType === 3 && each.data.trim());
  if (!text || one.closest('.sr, option') || !one.offsetParent) return false;
  const range = document.createRange();
  range.selectNodeContents(one);
  const drawn = range.getBoundingClientRect();
  for (let each = one; each && each.tagName !== 'BODY'; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (/auto|scroll/.test(style.overflow) || style.textOverflow === 'ellipsis') return false;
    const box = each.getBoundingClientRect();
    if (style.overflowX !== 'visible' && (drawn.right > box.right + 1 || drawn.left < box.left - 1))
      return true;
  }
  return drawn.right > innerWidth + 1;
}).map(one => one.outerHTML.slice(0, 100))"""

SCREENS = ("today", "customers", "contacts", "deals", "contracts", "reports", "tasks", "history")
MORE = ("recycle-bin", "choices", "organisation", "notifications", "me", "me/api-keys")


def test_at_twice_the_size_nothing_lies_over_anything_else(opened: Open, api: Api) -> None:
    customer = api.post("/customers", name="Large Ltd", contactPhone="13912340001")["customerId"]
    about = {
        "customerId": customer,
        "title": "A deal with a long title",
        "amountCents": 123_456_700,
    }
    deal = api.post("/opportunities", **about)["opportunityId"]
    # A browser at 200 % is half as wide: of a desk, and of a large phone.
    for width in (720, 320):
        page = opened("today", width=width, language="zh")
        for path in (*SCREENS, *MORE, f"customers/{customer}", f"deals/{deal}"):
            go(page, path)
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, path)
            assert page.evaluate(OVERLAPS) == [], (width, path)
            assert page.evaluate(CUT) == [], (width, path)
