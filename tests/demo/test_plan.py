"""The plan of the demo data: the same for the same day, and sound on any day."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, get_args

import msgspec
import pytest

from crm_cell.demo import words
from crm_cell.demo.actions import Action, Key, Subject
from crm_cell.demo.plan import WorkSession, make_plan
from crm_cell.fields.tagging import TagChange
from crm_cell.follow_ups.schemas import FollowUpCreate
from crm_cell.http.schema import check_members
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.text import name_key
from crm_cell.registry import make_registry
from crm_cell.resources.bodies import create_body, patch_fields
from crm_cell.resources.views import camel, view_type

MONDAY = date(2026, 11, 23)
DAYS = [
    MONDAY,
    *(date(2026, 11, day) for day in (25, 28, 29)),
    date(2027, 1, 1),
    date(2028, 2, 29),
    date(2031, 6, 30),
]
OWNERS = {"wang.wei", "li.na", "zhang.min"}
RESOURCES = {resource.name: resource for resource in make_registry()}
CREATED: dict[Subject, type[msgspec.Struct]] = {
    subject: FollowUpCreate if subject == "follow_up" else create_body(RESOURCES[subject])
    for subject in get_args(Subject)
}
CHANGED: dict[Subject, type[msgspec.Struct]] = {
    subject: patch_fields(RESOURCES[subject], view_type(RESOURCES[subject]))
    for subject in get_args(Subject)
    if subject in ("customer", "opportunity", "contract", "task")
}
FICTIONAL = re.compile(r"1380000\d{4}|\+1 (202|212|312|415|617)-555-01\d\d|\+49 30 23125 \d{3}")


@pytest.fixture(params=DAYS, ids=str)
def today(request: pytest.FixtureRequest) -> date:
    day: date = request.param
    return day


@pytest.fixture
def plan(today: date) -> list[WorkSession]:
    return plan_of(today)


@cache
def plan_of(day: date) -> list[WorkSession]:
    return make_plan(day)


def created(plan: list[WorkSession], *subjects: Subject) -> list[Action]:
    return [action for action in actions(plan) if action.key[0] in subjects and action.is_creation]


def bought(plan: list[WorkSession]) -> list[Action]:
    """The clients: without the customer entered by mistake, and the notice."""
    return [action for action in created(plan, "customer") if "level" in action.members]


def actions(plan: list[WorkSession]) -> list[Action]:
    return [action for session in plan for action in session.actions]


def changed(plan: list[WorkSession], subject: Subject) -> list[tuple[Key, dict[str, Any]]]:
    """The records as they are in the end."""
    found: dict[Key, dict[str, Any]] = {}
    for action in actions(plan):
        if action.key[0] == subject:
            found[action.key] = found.get(action.key, {}) | action.members
    return list(found.items())


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def test_the_same_day_has_the_same_plan(today: date, plan: list[WorkSession]) -> None:
    assert make_plan(today) == plan


def test_another_day_has_another(today: date, plan: list[WorkSession]) -> None:
    assert make_plan(today + timedelta(days=7)) != plan


def test_there_is_a_fixed_number_of_each_kind(plan: list[WorkSession]) -> None:
    assert Counter(action.key[0] for action in created(plan, *CREATED)) == {
        "customer": 201,
        "contact": 300,
        "opportunity": 250,
        "follow_up": 600,
        "contract": 80,
        "payment": 120,
        "task": 75,
        "goal": 9,
        "view": 2,
    }


def test_each_sitting_has_a_moment_of_its_own_in_order(plan: list[WorkSession]) -> None:
    moments = [session.time for session in plan]
    assert moments == sorted(set(moments))


def test_all_of_it_lies_in_the_half_year_before_today(today: date, plan: list[WorkSession]) -> None:
    assert plan[0].time >= midnight(today - timedelta(days=180))
    assert plan[-1].time == midnight(today) - 8 * 3_600_000


def test_there_is_something_of_every_month(today: date, plan: list[WorkSession]) -> None:
    months = Counter((midnight(today) - session.time) // (30 * 86_400_000) for session in plan)
    assert set(months) == set(range(6))
    assert min(months.values()) >= 20


def test_people_work_from_nine_to_six_on_weekdays_in_china(plan: list[WorkSession]) -> None:
    times = [datetime.fromtimestamp(session.time / 1000, UTC) for session in plan[:-1]]
    there = [time + timedelta(hours=8) for time in times]
    assert {time.weekday() for time in there} <= set(range(5))
    assert {time.hour for time in there} <= set(range(9, 18))


def test_what_is_referred_to_or_changed_is_there_already(plan: list[WorkSession]) -> None:
    there: set[Key] = set()
    for action in actions(plan):
        assert set(action.references.values()) <= there
        assert (action.key in there) is not action.is_creation
        there.add(action.key)


def test_sittings_of_one_day_do_not_build_upon_each_other(plan: list[WorkSession]) -> None:
    seen: dict[Key, tuple[int, int]] = {}
    for number, session in enumerate(plan):
        day = session.time // 86_400_000
        for action in session.actions:
            for key in (action.key, *action.references.values()):
                assert seen.get(key, (day, number)) == (day, number) or seen[key][0] < day
                seen[key] = day, number


def test_every_member_is_what_the_api_takes_and_as_it_would_be_stored(
    plan: list[WorkSession],
) -> None:
    for action in actions(plan):
        if action.is_deletion:
            assert not action.members
            continue
        schema = (CHANGED if action.is_change else CREATED)[action.key[0]]
        references = dict.fromkeys(action.references, "0198")
        body = {camel(name): wire(name, value) for name, value in action.members.items()}
        body |= {camel(name): value for name, value in references.items()}
        assert check_members(body, schema) == (action.members | references, [])


def wire(name: str, value: Any) -> Any:
    """As a request would have it."""
    if name in ("due_at", "remind_at"):
        return format_time(value)
    if isinstance(value, TagChange):
        return list(value.whole or ())
    return msgspec.json.decode(value) if name == "columns" else msgspec.to_builtins(value)


def test_every_phone_is_kept_for_fiction(plan: list[WorkSession]) -> None:
    phones = [action.members.get("contact_phone") for action in bought(plan)]
    phones += [action.members.get("phone") for action in created(plan, "contact")]
    assert len(phones) == 499
    assert [phone for phone in phones if not FICTIONAL.fullmatch(str(phone))] == []


def test_every_address_is_in_a_domain_that_cannot_exist(plan: list[WorkSession]) -> None:
    emails = [action.members.get("contact_email") for action in bought(plan)]
    emails += [action.members.get("email") for action in created(plan, "contact")]
    assert len(emails) == 499
    assert [email for email in emails if not str(email).endswith(".example")] == []


def test_no_two_companies_share_a_name(plan: list[WorkSession]) -> None:
    names = {name_key(action.members["name"]) for action in created(plan, "customer")}
    assert len(names) == 201


def test_one_company_is_there_twice(plan: list[WorkSession]) -> None:
    there = [action for action in bought(plan) if action.members["name"] in words.TWICE]
    assert len(there) == 2
    assert {action.members["short_name"] for action in there} == {"云帆科技"}


def test_each_customer_has_one_primary_contact(plan: list[WorkSession]) -> None:
    primary = [
        action.references["customer_id"]
        for action in created(plan, "contact")
        if action.members["is_primary"]
    ]
    assert len(primary) == len(set(primary)) == 199


def test_one_opportunity_in_ten_is_in_dollars_or_euros(plan: list[WorkSession]) -> None:
    currencies = Counter(action.members["currency"] for action in created(plan, "opportunity"))
    assert currencies["CNY"] == 225
    assert set(currencies) == {"CNY", "USD", "EUR"}


def test_three_people_sell_and_each_keeps_to_their_own_customers(plan: list[WorkSession]) -> None:
    owners: dict[Any, set[str | None]] = {}
    for session in plan[:-1]:
        for action in session.actions:
            if action.key[0] in ("goal", "view"):
                continue
            customer = action.references.get("customer_id", action.key)
            owners.setdefault(customer, set()).add(session.owner)
    assert {len(found) for found in owners.values()} == {1}
    assert {session.owner for session in plan[:-1]} == OWNERS
    assert plan[-1].owner is None


def test_the_notes_say_whom_and_what_they_are_about(plan: list[WorkSession]) -> None:
    contents = [action.members["content"] for action in created(plan, "follow_up")]
    assert [content for content in contents if "{" in content or "「」" in content] == []
    # The same words may come twice, not everywhere.
    assert len(set(contents)) > 500


def test_each_of_the_three_has_something_to_do_today(today: date, plan: list[WorkSession]) -> None:
    due: dict[str | None, list[int]] = {owner: [] for owner in OWNERS}
    tasks = dict(changed(plan, "task"))
    for session in plan[:-1]:
        for action in session.actions:
            if action.key[0] == "task" and not tasks[action.key].keys() & {"repeat", "status"}:
                due[session.owner].append((due_day(action) - today).days)
    for days in due.values():
        assert sorted(day for day in days if day < 14) == [-3, -1, 0, 0, 0, 1, 3, 5, 12]


def due_day(action: Action) -> date:
    if "due_on" in action.members:
        return date.fromisoformat(action.members["due_on"])
    there = datetime.fromtimestamp(action.members["due_at"] / 1000, UTC) + timedelta(hours=8)
    assert (there.hour, there.minute) == (14, 30)
    return there.date()


def test_no_task_is_due_and_no_deal_expected_before_it_is_there(plan: list[WorkSession]) -> None:
    for session in plan:
        begun = datetime.fromtimestamp(session.time / 1000, UTC).date()
        for action in session.actions:
            if action.key[0] == "task" and action.is_creation:
                assert due_day(action) >= begun
            if action.key[0] == "opportunity" and action.is_creation:
                assert date.fromisoformat(action.members["expected_close_on"]) > begun


def test_deals_are_pushed_lost_for_a_reason_and_expected_within_two_quarters(
    today: date, plan: list[WorkSession]
) -> None:
    expected = {key: deal["expected_close_on"] for key, deal in changed(plan, "opportunity")}
    stages = {key: deal.get("stage", 1) for key, deal in changed(plan, "opportunity")}
    open_days = [date.fromisoformat(expected[key]) for key in expected if stages[key] <= 4]
    assert min(open_days) >= today - timedelta(days=6)
    assert max(open_days) <= today + timedelta(days=150)
    lost = [deal for key, deal in changed(plan, "opportunity") if stages[key] == 6]
    assert len(lost) == 56
    assert all(deal["lost_reason"] and deal["lost_note"] for deal in lost)
    assert {deal.get("competitor") for deal in lost} == {*words.COMPETITORS, None}


def test_goals_are_those_of_this_quarter(today: date, plan: list[WorkSession]) -> None:
    set_by = Counter(
        (action.members["user_id"], action.members["period"]) for action in created(plan, "goal")
    )
    first = (today.month - 1) // 3 * 3 + 1
    months = {f"{today.year}-{month:02}" for month in range(first, first + 3)}
    assert set(set_by) == {(owner, month) for owner in OWNERS for month in months}
    assert set(set_by.values()) == {1}


def test_contracts_are_paid_up_under_way_given_up_and_drafted(plan: list[WorkSession]) -> None:
    statuses = dict.fromkeys((action.key for action in created(plan, "contract")), 1)
    statuses |= {
        action.key: action.members["status"]
        for action in actions(plan)
        if action.is_change and action.key[0] == "contract"
    }
    assert Counter(statuses.values()) == {1: 8, 2: 36, 3: 34, 4: 2}


def test_the_last_word_is_the_notice_in_both_languages(plan: list[WorkSession]) -> None:
    customer, follow_up = plan[-1].actions
    assert customer.members == {"name": "演示数据说明（可删除）"}
    assert follow_up.references == {"customer_id": customer.key}
    assert "全部是虚构的" in follow_up.members["content"]
    assert "is made up" in follow_up.members["content"]
    assert follow_up.members["content"].count("CRM_DEMO=0") == 2
