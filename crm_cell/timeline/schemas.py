"""Timelines on the wire."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from msgspec import Meta

from crm_cell.contracts.resource import contracts
from crm_cell.fields.checks import enums
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.http.schema import Query, View
from crm_cell.kernel.clock import format_time
from crm_cell.opportunities.history import OpportunityChangeView
from crm_cell.payments.resource import payments
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import view_maker, view_type
from crm_cell.tasks.resource import tasks
from crm_cell.timeline.service import TYPES, Item

_RECORDS: Final[Mapping[str, tuple[str, AnyResource]]] = {
    "followUp": ("follow_up", follow_ups),
    "task": ("task", tasks),
    "contract": ("contract", contracts),
    "payment": ("payment", payments),
}
_MAKERS: Final = {
    kind: view_maker(resource, view_type(resource)) for kind, (_, resource) in _RECORDS.items()
}


class TimelineQuery(Query):
    types: (
        Annotated[
            str,
            enums(
                *TYPES,
                description="只看这些类型，逗号分隔 · Only these types, separated by commas",
                examples=["followUp,task"],
            ),
        ]
        | None
    ) = None

    @property
    def wanted(self) -> list[str]:
        return list(TYPES) if self.types is None else sorted(set(self.types.split(",")))


class TimelineItemView(View, omit_defaults=True):
    """Something that happened. Beside its type it has what there is to tell of that type."""

    type: Annotated[str, Meta(description="类型 · Its type", examples=["followUp"])]
    at: Annotated[
        str,
        Meta(
            description="发生时间 · When it happened",
            examples=["2026-11-23T02:26:00.123Z"],
            extra_json_schema={"format": "date-time"},
        ),
    ]
    actor: Annotated[
        str | None, Meta(description="由谁 · By whom, where that is known", examples=["alice"])
    ] = None
    follow_up: Annotated[
        view_type(follow_ups) | None,  # type: ignore[valid-type]  # made from the declaration
        Meta(description="跟进 · The follow-up"),
    ] = None
    task: Annotated[
        view_type(tasks) | None,  # type: ignore[valid-type]
        Meta(
            description="任务，未完成的按创建时间 · The task; one that is open, when it was planned"
        ),
    ] = None
    stage: Annotated[
        OpportunityChangeView | None,
        Meta(
            description="商机阶段变更，首次为创建 · The move of an opportunity, first its creation"
        ),
    ] = None
    opportunity_title: Annotated[
        str | None, Meta(description="商机标题 · The opportunity's title", examples=["年度采购"])
    ] = None
    contract: Annotated[
        view_type(contracts) | None,  # type: ignore[valid-type]
        Meta(description="新建的合同 · The contract that was entered"),
    ] = None
    payment: Annotated[
        view_type(payments) | None,  # type: ignore[valid-type]
        Meta(description="登记的回款 · The payment that was entered"),
    ] = None
    changes: Annotated[
        dict[str, Any] | None,
        Meta(
            description="客户字段变更前后，已脱敏 · Members before and after, masked",
            examples=[{"name": {"before": "云图", "after": "云图科技"}}],
        ),
    ] = None

    @classmethod
    def of(cls, item: Item) -> "TimelineItemView":
        view = cls(type=item.type, at=format_time(item.at), actor=item.actor)
        if item.type in _RECORDS:
            setattr(view, _RECORDS[item.type][0], _MAKERS[item.type](item.what))
        elif item.type == "stage":
            view.stage, view.opportunity_title = OpportunityChangeView.of(item.what), item.title
        else:
            view.changes = item.what
        return view


class TimelineView(View):
    """A page of what happened, newest first."""

    data: list[TimelineItemView]
    next_cursor: str | None
