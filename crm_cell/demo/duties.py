"""Tasks around the day on which the demo data is made, so that Today is never empty."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from crm_cell.demo import words
from crm_cell.demo.actions import Action, Entry, Key, customer_key, opportunity_key
from crm_cell.demo.deals import Deal

_HOUR_MS = 3_600_000
# Half past two in the afternoon, in China, which is eight hours ahead.
_APPOINTMENT_MS = 14 * _HOUR_MS + _HOUR_MS // 2 - 8 * _HOUR_MS
# Tasks that each of the three has done lately.
_DONE = 6
_WEEK, _DAYS_OF_REPORT = 7, 5


class Duty(msgspec.Struct, frozen=True):
    due: int
    """Days from today."""
    kind: str
    titles: tuple[str, str, str]
    """One for each of the three."""
    is_appointment: bool = False


_DUTIES = (
    Duty(-3, "quote", ("发修订后的报价", "补充实施计划和报价明细", "报价去掉两个模块后重发")),
    Duty(-1, "call", ("回电确认需求范围", "问法务对合同草稿的意见", "跟进立项审批")),
    Duty(0, "call", ("问内部评审的结果", "确认参会名单", "回复质保期的问题")),
    Duty(0, "visit", ("上门演示", "商务谈判", "和信息部门开需求会"), is_appointment=True),
    Duty(0, "quote", ("提交折扣申请", "核对工期和报价", "出标准版和完整版两档报价")),
    Duty(1, "other", ("整理需求确认书", "申请演示环境", "整理接口清单")),
    Duty(3, "visit", ("带售前现场调研", "陪同参观案例客户", "方案讲解"), is_appointment=True),
    Duty(5, "call", ("约下一次评审会", "催采购流程", "确认预算是否批复")),
    Duty(12, "other", ("准备同行案例", "准备投标文件", "复盘竞争对手方案")),
)
_TITLES = {2: "约需求调研", 3: "准备方案和报价", 4: "确认商务条款", 5: "催合同盖章", 6: "输单复盘"}
_KINDS = {2: "visit", 3: "quote", 4: "call"}
# Some other deals have a next step after the two weeks that Today shows, some days apart.
_LATER, _DAYS_OF_LATER, _LATER_EACH = 14, 28, 8


def tasks_planned(deals: list[Deal], dates: list[date], today: date) -> Iterator[Entry]:
    numbers = count()
    for place, owner in enumerate(words.OWNERS):
        own = [deal for deal in deals if deal.client.owner == owner]
        # Those that have rested longest, so that no task is due before it is planned.
        chosen = sorted((deal for deal in own if deal.is_open), key=_last_moved)[: len(_DUTIES)]
        for duty, deal in zip(_DUTIES, chosen, strict=True):
            key: Key = ("task", next(numbers))
            yield _planned(key, duty.titles[place], duty, deal, today)
        rested = [deal for deal in own if deal.is_open and deal not in chosen]
        for deal in rested[::2][:_LATER_EACH]:
            yield _later(("task", next(numbers)), deal, today)
        moved = sorted((deal for deal in own if len(deal.path) > 1), key=_last_moved)
        for deal in moved[-_DONE:]:
            yield from _done(("task", next(numbers)), deal, dates)
        yield from _weekly(("task", next(numbers)), chosen[0], len(dates) - 1, today, place)
        yield _monthly(("task", next(numbers)), chosen[-1], today, place)


def _planned(key: Key, title: str, duty: Duty, deal: Deal, today: date) -> Entry:
    members: dict[str, Any] = {"title": title, "kind": duty.kind}
    day = today + timedelta(days=duty.due)
    if duty.is_appointment:
        members["due_at"] = _midnight(day) + _APPOINTMENT_MS
        members["remind_at"] = members["due_at"] - _HOUR_MS
    else:
        members["due_on"] = day.isoformat()
    return Entry(deal.days[-1], deal.client, Action(key, members, _about(deal)))


def _later(key: Key, deal: Deal, today: date) -> Entry:
    """A task for the stage after the one that the deal is at."""
    stage = deal.path[-1] + 1
    due = today + timedelta(days=_LATER + deal.number % _DAYS_OF_LATER)
    members = {
        "title": _TITLES[stage],
        "kind": _KINDS.get(stage, "other"),
        "due_on": due.isoformat(),
    }
    return Entry(deal.days[-1], deal.client, Action(key, members, _about(deal)))


def _done(key: Key, deal: Deal, dates: list[date]) -> Iterator[Entry]:
    """A task for the next step of the deal, done when it was taken."""
    begun, ended, stage = deal.days[-2], deal.days[-1], deal.path[-1]
    members = {
        "title": _TITLES[stage],
        "kind": _KINDS.get(stage, "other"),
        "due_on": dates[ended].isoformat(),
    }
    yield Entry(begun, deal.client, Action(key, members, _about(deal)))
    yield Entry(ended, deal.client, Action(key, {"status": "done"}, is_change=True))


def _weekly(key: Key, deal: Deal, last_day: int, today: date, place: int) -> Iterator[Entry]:
    """It was due last week and is done, so the next one is due this week."""
    due = today + timedelta(days=place - _WEEK)
    members = {
        "title": f"每周进展同步：{deal.client.profile.short_name}",
        "kind": "call",
        "due_on": due.isoformat(),
        "repeat": "weekly",
    }
    yield Entry(deal.days[-1], deal.client, Action(key, members, _about(deal)))
    yield Entry(last_day - 1, deal.client, Action(key, {"status": "done"}, is_change=True))


def _monthly(key: Key, deal: Deal, today: date, place: int) -> Entry:
    members = {
        "title": f"每月对账：{deal.client.profile.short_name}",
        "kind": "payment",
        "due_on": (today + timedelta(days=_DAYS_OF_REPORT + place)).isoformat(),
        "repeat": "monthly",
    }
    references = {"customer_id": customer_key(deal.client)}
    return Entry(deal.days[-1], deal.client, Action(key, members, references))


def _last_moved(deal: Deal) -> tuple[int, int]:
    return deal.days[-1], deal.number


def _about(deal: Deal) -> dict[str, Key]:
    return {"customer_id": customer_key(deal.client), "opportunity_id": opportunity_key(deal)}


def _midnight(day: date) -> int:
    """Milliseconds since 1970, in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
