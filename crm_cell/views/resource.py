"""Views: how a list is shown, saved under a name."""

from functools import partial
from typing import Annotated

from msgspec import Meta

from crm_cell import fields as f
from crm_cell.contacts.resource import contacts
from crm_cell.contracts.resource import contracts
from crm_cell.customers.resource import customers
from crm_cell.fields.checks import integer, unchanged
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.goals.resource import goals
from crm_cell.http.schema import Body, check_items
from crm_cell.http.schema import View as Shown
from crm_cell.opportunities.resource import opportunities
from crm_cell.payments.resource import payments
from crm_cell.resources.listing.tree import MOST_CHARACTERS
from crm_cell.resources.record import Record
from crm_cell.resources.resource import CRUD, EXPORT, RESTORE, AnyResource, Resource, SharedWhen
from crm_cell.tasks.resource import tasks

LISTED: tuple[AnyResource, ...] = (
    customers,
    contacts,
    opportunities,
    follow_ups,
    contracts,
    payments,
    tasks,
    goals,
)
"""The resources whose lists can be saved as a view."""
LAYOUTS = {"table": ("表格", "table"), "board": ("看板", "board")}
PRIVATE, TEAM, TENANT = "private", "team", "tenant"
VISIBILITIES = {
    PRIVATE: ("仅自己", "private"),
    TEAM: ("本团队", "the creator's teams"),
    TENANT: ("全租户", "the whole tenant"),
}
MOST_COLUMNS = 100
_LONGEST_MEMBER = 100
_NARROWEST, _WIDEST = 20, 2000

_MEMBER = Meta(description="成员名 · The member's name", examples=["name"])
_WIDTH = Meta(description="宽度，像素 · The width in pixels", examples=[240])


class ColumnBody(Body):
    """A column of a view in a request."""

    field: Annotated[str, unchanged(_LONGEST_MEMBER), _MEMBER]
    width: Annotated[int, integer(_NARROWEST, _WIDEST), _WIDTH] | None = None


class ColumnView(Shown):
    """A column of a view."""

    field: Annotated[str, _MEMBER]
    width: Annotated[int, _WIDTH] | None = None


class View(Record):
    name: str = f.text(1, 100, ("视图名称", "Name"), examples=["7 天未跟进"], searchable=True)
    resource: str = f.enum(
        {each.name: each.label for each in LISTED},
        ("列表", "List"),
        writable=f.Writable.ON_CREATE,
    )
    layout: str = f.enum(LAYOUTS, ("布局", "Layout"), default="table")
    filter: str | None = f.expression(
        MOST_CHARACTERS, ("筛选条件", "Filter"), example="createdAt >= -30d"
    )
    sort: str | None = f.expression(200, ("排序", "Order"), example="updatedAt,name")
    columns: str = f.items(
        ColumnBody,
        list[ColumnView],
        MOST_COLUMNS,
        ("列", "Columns"),
        check=partial(check_items, kind=ColumnBody),
        example=[{"field": "createdAt", "width": 240}],
    )
    group_by: str | None = f.expression(
        _LONGEST_MEMBER, ("分组字段", "Grouped by"), example="ownerId"
    )
    visibility: str = f.enum(VISIBILITIES, ("可见范围", "Visible to"), default=PRIVATE)
    position: int = f.integer(0, 1_000_000, ("位置", "Position"), default=0, sortable=True)
    owner_id: str | None = f.owner(label=("创建人", "Creator"))


views = Resource(
    View,
    path="/views",
    label=("视图", "View"),
    verbs=CRUD | RESTORE | EXPORT,
    title="name",
    description="How a list is shown: its filter, order and columns, saved under a name.",
    owner_writes=True,
    shared_when=SharedWhen("visibility", TENANT, TEAM),
)
