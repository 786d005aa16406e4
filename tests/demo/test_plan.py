"""The plan of the demo data: the same for the same day, and sound on any day."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest

from crm_cell.contacts.schemas import ContactCreate
from crm_cell.contracts.schemas import ContractCreate, ContractPatch
from crm_cell.customers.schemas import CustomerCreate, CustomerPatch
from crm_cell.demo.deeds import Deed, Key, Subject
from crm_cell.demo.plan import Sitting, make_plan
from crm_cell.follow_ups.schemas import FollowUpCreate
from crm_cell.http.schema import check_members
from crm_cell.kernel.entity import camel
from crm_cell.kernel.text import name_key
from crm_cell.opportunities.schemas import OpportunityCreate, OpportunityPatch
from crm_cell.payments.schemas import PaymentCreate

MONDAY = date(2026, 11, 23)
DAYS = [
    MONDAY,
    *(date(2026, 11, day) for day in (25, 28, 29)),
    date(2027, 1, 1),
    date(2028, 2, 29),
    date(2031, 6, 30),
]
OWNERS = {"wang.wei", "li.na", "zhang.min"}
CREATED: dict[Subject, type[msgspec.Struct]] = {
    "customer": CustomerCreate,
    "contact": ContactCreate,
    "opportunity": OpportunityCreate,
    "follow_up": FollowUpCreate,
    "contract": ContractCreate,
    "payment": PaymentCreate,
}
CHANGED: dict[Subject, type[msgspec.Struct]] = {
    "customer": CustomerPatch,
    "opportunity": OpportunityPatch,
    "contract": ContractPatch,
}
FICTIONAL = re.compile(r"1380000\d{4}|\+1 (202|212|312|415|617)-555-01\d\d|\+49 30 23125 \d{3}")


@pytest.fixture(params=DAYS, ids=str)
def today(request: pytest.FixtureRequest) -> date:
    day: date = request.param
    return day


@pytest.fixture
def plan(today: date) -> list[Sitting]:
    return plan_of(today)


@cache
def plan_of(day: date) -> list[Sitting]:
    return make_plan(day)


def created(plan: list[Sitting], *subjects: Subject) -> list[Deed]:
    return [deed for deed in deeds(plan) if deed.key[0] in subjects and not deed.is_change]


def deeds(plan: list[Sitting]) -> list[Deed]:
    return [deed for sitting in plan for deed in sitting.deeds]


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def test_the_same_day_has_the_same_plan(today: date, plan: list[Sitting]) -> None:
    assert make_plan(today) == plan


def test_another_day_has_another(today: date, plan: list[Sitting]) -> None:
    assert make_plan(today + timedelta(days=7)) != plan


def test_there_is_a_fixed_number_of_each_kind(plan: list[Sitting]) -> None:
    assert Counter(deed.key[0] for deed in created(plan, *CREATED)) == {
        "customer": 200,
        "contact": 300,
        "opportunity": 250,
        "follow_up": 600,
        "contract": 80,
        "payment": 120,
    }


def test_each_sitting_has_a_moment_of_its_own_in_order(plan: list[Sitting]) -> None:
    moments = [sitting.moment for sitting in plan]
    assert moments == sorted(set(moments))


def test_all_of_it_lies_in_the_half_year_before_today(today: date, plan: list[Sitting]) -> None:
    assert plan[0].moment >= midnight(today - timedelta(days=180))
    assert plan[-1].moment == midnight(today)


def test_there_is_something_of_every_month(today: date, plan: list[Sitting]) -> None:
    months = Counter((midnight(today) - sitting.moment) // (30 * 86_400_000) for sitting in plan)
    assert set(months) == set(range(6))
    assert min(months.values()) >= 20


def test_people_work_from_nine_to_six_on_weekdays_in_china(plan: list[Sitting]) -> None:
    times = [datetime.fromtimestamp(sitting.moment / 1000, UTC) for sitting in plan[:-1]]
    there = [time + timedelta(hours=8) for time in times]
    assert {time.weekday() for time in there} <= set(range(5))
    assert {time.hour for time in there} <= set(range(9, 18))


def test_what_is_referred_to_or_changed_is_there_already(plan: list[Sitting]) -> None:
    there: set[Key] = set()
    for deed in deeds(plan):
        assert set(deed.references.values()) <= there
        assert (deed.key in there) is deed.is_change
        there.add(deed.key)


def test_sittings_of_one_day_do_not_build_upon_each_other(plan: list[Sitting]) -> None:
    seen: dict[Key, tuple[int, int]] = {}
    for number, sitting in enumerate(plan):
        day = sitting.moment // 86_400_000
        for deed in sitting.deeds:
            for key in (deed.key, *deed.references.values()):
                assert seen.get(key, (day, number)) == (day, number) or seen[key][0] < day
                seen[key] = day, number


def test_every_member_is_what_the_api_takes_and_as_it_would_be_stored(plan: list[Sitting]) -> None:
    for deed in deeds(plan):
        schema = (CHANGED if deed.is_change else CREATED)[deed.key[0]]
        references = dict.fromkeys(deed.references, "0198")
        body = {camel(name): value for name, value in (deed.members | references).items()}
        assert check_members(body, schema) == (deed.members | references, [])


def test_every_phone_is_kept_for_fiction(plan: list[Sitting]) -> None:
    phones = [deed.members.get("contact_phone") for deed in created(plan, "customer")[:-1]]
    phones += [deed.members.get("phone") for deed in created(plan, "contact")]
    assert len(phones) == 499
    assert [phone for phone in phones if not FICTIONAL.fullmatch(str(phone))] == []


def test_every_address_is_in_a_domain_that_cannot_exist(plan: list[Sitting]) -> None:
    emails = [deed.members.get("contact_email") for deed in created(plan, "customer")[:-1]]
    emails += [deed.members.get("email") for deed in created(plan, "contact")]
    assert len(emails) == 499
    assert [email for email in emails if not str(email).endswith(".example")] == []


def test_no_two_companies_share_a_name(plan: list[Sitting]) -> None:
    names = {name_key(deed.members["name"]) for deed in created(plan, "customer")}
    assert len(names) == 200


def test_each_customer_has_one_primary_contact(plan: list[Sitting]) -> None:
    primary = [
        deed.references["customer_id"]
        for deed in created(plan, "contact")
        if deed.members["is_primary"]
    ]
    assert len(primary) == len(set(primary)) == 199


def test_one_opportunity_in_ten_is_in_dollars_or_euros(plan: list[Sitting]) -> None:
    currencies = Counter(deed.members["currency"] for deed in created(plan, "opportunity"))
    assert currencies["CNY"] == 225
    assert set(currencies) == {"CNY", "USD", "EUR"}


def test_three_people_sell_and_each_keeps_to_their_own_customers(plan: list[Sitting]) -> None:
    owners: dict[Any, set[str | None]] = {}
    for sitting in plan[:-1]:
        for deed in sitting.deeds:
            customer = deed.references.get("customer_id", deed.key)
            owners.setdefault(customer, set()).add(sitting.owner)
    assert {len(found) for found in owners.values()} == {1}
    assert {sitting.owner for sitting in plan[:-1]} == OWNERS
    assert plan[-1].owner is None


def test_the_notes_say_whom_and_what_they_are_about(plan: list[Sitting]) -> None:
    contents = [deed.members["content"] for deed in created(plan, "follow_up")]
    assert [content for content in contents if "{" in content or "「」" in content] == []
    # The same words may come twice, not everywhere.
    assert len(set(contents)) > 500


def test_contracts_are_paid_up_under_way_given_up_and_drafted(plan: list[Sitting]) -> None:
    statuses = dict.fromkeys((deed.key for deed in created(plan, "contract")), 1)
    statuses |= {
        deed.key: deed.members["status"]
        for deed in deeds(plan)
        if deed.is_change and deed.key[0] == "contract"
    }
    assert Counter(statuses.values()) == {1: 8, 2: 36, 3: 34, 4: 2}


def test_the_last_word_is_the_notice_in_both_languages(plan: list[Sitting]) -> None:
    customer, follow_up = plan[-1].deeds
    assert customer.members == {"name": "演示数据说明（可删除）"}
    assert follow_up.references == {"customer_id": customer.key}
    assert "全部是虚构的" in follow_up.members["content"]
    assert "is made up" in follow_up.members["content"]
    assert follow_up.members["content"].count("CRM_DEMO=0") == 2
