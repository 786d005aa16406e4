"""The body of a new follow-up, which may plan the next contact."""

from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta

from crm_cell.fields import date_checks
from crm_cell.fields.checks import as_meta, text
from crm_cell.follow_ups.messages import NEXT_AT
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.http.schema import Body, check_members
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.resources.bodies import create_body


class NextContact(Body):
    """When somebody will be in touch again, and what for."""

    at: Annotated[
        str,
        date_checks.date_or_time(label=NEXT_AT),
        Meta(description="日期，或 RFC 3339 时间；不早于今天 · A day or an RFC 3339 time to come"),
    ]
    title: Annotated[
        str,
        text(1, 200, label=("任务标题", "Title"), examples=["回电确认报价"]),
        Meta(description="任务标题 · Title of the task"),
    ] = "下次联系"


def next_contact(value: Any) -> NextContact:
    """Raises BadRequest, with the place of each fault within the object."""
    try:
        values, faults = check_members(value, NextContact)
    except BadRequest:
        raise BadRequest([FieldError("next", "type", {"expected": "object"})]) from None
    if faults:
        raise BadRequest(
            [msgspec.structs.replace(each, field=f"next.{each.field}") for each in faults]
        )
    return NextContact(**values)


_NEXT = Meta(
    description="下次联系：同时建一个任务 · Plans a task in the same transaction",
    examples=[{"at": "2035-01-15", "title": "回电确认报价"}],
)


def _derived(name: str, fields: list[tuple[str, Any, None]]) -> type[Body]:
    """The body that is made from the declaration, under a name of its own and with `fields`."""
    declared = create_body(follow_ups)
    made = msgspec.defstruct(
        name,
        fields,
        bases=(declared,),
        kw_only=True,
        rename="camel",
        namespace={"__doc__": declared.__doc__},
        module=__name__,
    )
    return cast(type[Body], made)


FollowUpCreate = _derived(
    "FollowUpCreate",
    [("next", Annotated[NextContact | None, as_meta(next_contact), _NEXT], None)],
)
FollowUpImportRow = _derived("FollowUpImportRow", [])
"""A row of an import, which plans nothing."""
