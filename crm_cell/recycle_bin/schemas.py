"""The recycle bin on the wire."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from crm_cell.fields.checks import enums
from crm_cell.http.schema import Query, View
from crm_cell.kernel.clock import format_time
from crm_cell.recycle_bin.service import DAY_MS, Item
from crm_cell.resources.resource import AnyResource

_TIME = {"format": "date-time"}


def query_type(resources: Sequence[AnyResource]) -> type[Query]:
    """The kinds of records there are."""
    names = [each.name for each in resources]
    some_of: Any = Annotated[
        str,
        enums(
            *names,
            description="只看这些类型，逗号分隔 · Only these kinds, separated by commas",
            examples=["customer,contact"],
        ),
    ]

    class RecycleBinQuery(Query):
        types: some_of | None = None

        @property
        def wanted(self) -> list[str]:
            return names if self.types is None else sorted(set(self.types.split(",")))

    return RecycleBinQuery


class DeletedView(View):
    """A deleted record, and how to get it back."""

    type: Annotated[str, Meta(description="类型 · Its kind", examples=["customer"])]
    id: Annotated[
        str, Meta(description="编号 · Its id", examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"])
    ]
    title: Annotated[
        str | None, Meta(description="名称 · What people know it by", examples=["杭州云图"])
    ]
    deleted_at: Annotated[
        str, Meta(description="删除时间 · When it was deleted", extra_json_schema=_TIME)
    ]
    deleted_by: Annotated[
        str | None,
        Meta(description="删除人，未知时为 null · Who deleted it, if that is known"),
    ]
    purge_at: Annotated[
        str | None,
        Meta(
            description="最早彻底清除时间，永不为 null · When it is removed for good, at the"
            " earliest; null for never",
            extra_json_schema=_TIME,
        ),
    ]
    restore: Annotated[
        str,
        Meta(
            description="恢复用的路径，POST · The path to POST to, to restore it",
            examples=["/customers/01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11/restore"],
        ),
    ]

    @classmethod
    def of(cls, item: Item, days: int) -> "DeletedView":
        return cls(
            type=item.resource.name,
            id=item.id,
            title=item.title,
            deleted_at=format_time(item.deleted_at),
            deleted_by=item.deleted_by,
            purge_at=format_time(item.deleted_at + days * DAY_MS) if days else None,
            restore=f"{item.resource.path}/{item.id}/restore",
        )


class RecycleBinView(View):
    """A page of deleted records, the last deleted first."""

    data: list[DeletedView]
    next_cursor: str | None


def page_of(items: Sequence[Item], days: int, cursor: str | None) -> RecycleBinView:
    return RecycleBinView(data=[DeletedView.of(each, days) for each in items], next_cursor=cursor)
