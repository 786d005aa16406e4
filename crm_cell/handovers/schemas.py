"""Handovers in requests and responses."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from msgspec import Meta

from crm_cell.customers.resource import customers
from crm_cell.fields import checks
from crm_cell.fields.scalars import optional_time
from crm_cell.handovers.messages import TO_ONESELF, TWICE
from crm_cell.handovers.service import Plan, Progress, Share
from crm_cell.handovers.store import GIVEN, RETURNED, SKIPPED
from crm_cell.http.schema import Body, View, check_members
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.opportunities.resource import opportunities
from crm_cell.tasks.resource import tasks

_MOST_RECEIVERS: Final = 50
_MOST_SHARE: Final = 100
_USER: Final = Meta(description="用户编号 · A user id", examples=["alice"])


class Receiver(Body):
    user_id: Annotated[
        str,
        checks.owner(label=("接收人", "Receiver")),
        Meta(description="用户编号 · A user id", examples=["bob"]),
    ]
    share: Annotated[
        int,
        checks.integer(1, _MOST_SHARE, label=("份数", "Share")),
        Meta(description="份数，按份分配 · The receiver's share of the records", examples=[1]),
    ] = 1


class Included(Body):
    """Beside customers."""

    opportunities: Annotated[
        bool, Meta(description="进行中的商机 · Open opportunities", examples=[True])
    ] = True
    tasks: Annotated[bool, Meta(description="待办任务 · Open tasks", examples=[True])] = True


class HandoverCreate(Body):
    from_user_id: Annotated[str, checks.owner(label=("移交人", "From")), _USER]
    to: Annotated[
        list[Any],
        checks.items(1, _MOST_RECEIVERS, of=Receiver, label=("接收人", "Receivers")),
        Meta(description="接收人 · Who gets the records"),
    ]
    include: (
        Annotated[
            dict[str, Any],
            checks.members(),
            Meta(
                description="除客户外还移交什么：opportunities、tasks，默认都移交 · What beside"
                " customers: `opportunities` and `tasks`, both by default",
                examples=[{"opportunities": True, "tasks": True}],
            ),
        ]
        | None
    ) = None
    dry_run: Annotated[bool, Meta(description="只计数，不移交 · Only count", examples=[False])] = (
        False
    )


def plan_of(body: HandoverCreate) -> Plan:
    """Raises BadRequest with all faults."""
    faults: list[FieldError] = []
    shares: list[Share] = []
    for number, item in enumerate(body.to):
        values = _checked(item, Receiver, f"to[{number}]", faults)
        user = values.get("user_id")
        if user is not None and user == body.from_user_id:
            faults.append(FieldError(f"to[{number}].userId", "value", {"text": TO_ONESELF}))
        elif user is not None and user in {each.user for each in shares}:
            faults.append(FieldError(f"to[{number}].userId", "value", {"text": TWICE}))
        elif user is not None:
            shares.append(Share(user, values.get("share", 1)))
    include = _checked(body.include or {}, Included, "include", faults)
    if faults:
        raise BadRequest(faults)
    wanted = [table.table for table in (opportunities, tasks) if include.get(table.table, True)]
    return Plan(shares, [customers.table, *wanted])


def _checked(item: Any, kind: type[Body], where: str, faults: list[FieldError]) -> dict[str, Any]:
    """The values that are sound; the faults are added at their places."""
    try:
        values, wrong = check_members(item, kind)
    except BadRequest as bad:
        faults += [FieldError(where, each.code, each.params) for each in bad.field_errors]
        return {}
    faults += [
        FieldError(f"{where}.{each.field}", each.code, each.params, each.label) for each in wrong
    ]
    return values


class HandoverCounts(View):
    customers: Annotated[int, Meta(description="客户数 · Customers", examples=[82])]
    opportunities: Annotated[int, Meta(description="商机数 · Opportunities", examples=[106])]
    tasks: Annotated[int, Meta(description="任务数 · Tasks", examples=[3])]

    @classmethod
    def of(cls, by_table: Mapping[str, int]) -> "HandoverCounts":
        return cls(
            customers=by_table.get(customers.table, 0),
            opportunities=by_table.get(opportunities.table, 0),
            tasks=by_table.get(tasks.table, 0),
        )


class HandoverReceiver(View):
    user_id: Annotated[str, _USER]
    share: Annotated[int, Meta(description="份数 · The receiver's share", examples=[1])]


class State(StrEnum):
    """What is left to do."""

    OPEN = "open"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"

    @classmethod
    def of(cls, *, complete: bool, undone: bool) -> "State":
        if undone:
            return cls.UNDONE if complete else cls.UNDOING
        return cls.DONE if complete else cls.OPEN


class HandoverView(View):
    """What of a user's hand was given away, and what remains."""

    handover_id: str | None
    tenant_id: str
    from_user_id: Annotated[str, _USER]
    to: Annotated[list[HandoverReceiver], Meta(description="接收人 · Who gets the records")]
    handed_by: Annotated[
        str | None,
        Meta(
            description="操作人；审计记录已清除则为 null"
            " · Who began it; null once the audit log no longer tells",
            examples=["alice"],
        ),
    ]
    state: Annotated[
        str,
        Meta(
            description="状态：open 未完成，done 已完成，undoing 撤销中，undone 已撤销"
            " · open: to be continued; undoing: an undo to be repeated",
            examples=["done"],
            extra_json_schema={"enum": [str(each) for each in State]},
        ),
    ]
    dry_run: Annotated[bool, Meta(description="是否试算 · Whether it only counted")]
    complete: Annotated[
        bool, Meta(description="是否完成；否则请继续 · Whether nothing remains; else continue")
    ]
    given: Annotated[HandoverCounts, Meta(description="已移交 · Given, and not taken back")]
    remaining: Annotated[HandoverCounts, Meta(description="尚未移交 · Still in the user's hand")]
    returned: Annotated[HandoverCounts, Meta(description="已撤回 · Taken back by undo")]
    skipped: Annotated[
        HandoverCounts,
        Meta(description="撤销时已另有负责人 · Not taken back: by then of another owner"),
    ]
    undoable_until: (
        Annotated[
            str,
            Meta(
                description="可撤销至 · Until when it can be undone",
                extra_json_schema={"format": "date-time"},
            ),
        ]
        | None
    )
    undone_at: (
        Annotated[
            str,
            Meta(
                description="撤销时间 · When it was undone",
                extra_json_schema={"format": "date-time"},
            ),
        ]
        | None
    )
    created_at: str | None

    @classmethod
    def of(cls, progress: Progress) -> "HandoverView":
        handover = progress.handover
        given, returned, skipped = (
            HandoverCounts.of(
                {kind: many for (kind, of), many in progress.counts.items() if of == state}
            )
            for state in (GIVEN, RETURNED, SKIPPED)
        )
        undone = handover.undone_at
        is_complete = not any(progress.remaining.values())
        if undone is not None:
            is_complete = not any((given.customers, given.opportunities, given.tasks))
        return cls(
            handover_id=handover.id,
            tenant_id=handover.tenant_id,
            from_user_id=handover.from_user,
            to=_receivers(progress.plan),
            handed_by=progress.begun_by,
            state=State.of(complete=is_complete, undone=undone is not None),
            dry_run=False,
            complete=is_complete,
            given=given,
            remaining=HandoverCounts.of(progress.remaining),
            returned=returned,
            skipped=skipped,
            undoable_until=format_time(progress.undoable_until),
            undone_at=optional_time(undone),
            created_at=format_time(handover.created_at),
        )

    @classmethod
    def of_dry_run(
        cls, actor: Actor, user: str, plan: Plan, remaining: Mapping[str, int]
    ) -> "HandoverView":
        none = HandoverCounts.of({})
        complete = not any(remaining.values())
        return cls(
            handover_id=None,
            tenant_id=actor.tenant,
            from_user_id=user,
            to=_receivers(plan),
            handed_by=actor.user,
            state=State.of(complete=complete, undone=False),
            dry_run=True,
            complete=complete,
            given=none,
            remaining=HandoverCounts.of(remaining),
            returned=none,
            skipped=none,
            undoable_until=None,
            undone_at=None,
            created_at=None,
        )


def _receivers(plan: Plan) -> list[HandoverReceiver]:
    return [HandoverReceiver(user_id=each.user, share=each.share) for each in plan.to]


class HandoversView(View):
    """A page of handovers, the newest first."""

    data: list[HandoverView]
    next_cursor: str | None
