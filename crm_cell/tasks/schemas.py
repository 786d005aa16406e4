"""What closing a task takes, and what it answers."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Annotated, Any, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import members
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.http.schema import Body, View, rules_of, validate
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.resources.bodies import annotated, create_body, values_of
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.service import Values
from crm_cell.resources.views import camel, view_type
from crm_cell.tasks.messages import IN_THE_PAST
from crm_cell.tasks.repeating import is_over_everywhere
from crm_cell.tasks.resource import Task, tasks
from crm_cell.tasks.service import Closing

_NOT_NEXT = ("status", "follow_up_id")
"""What a task that is only planned does not have."""


def _nested(name: str, resource: AnyResource, without: Sequence[str], text: str) -> type[Body]:
    """For the API documentation: what the object may have, none of it required."""
    names = [each.name for each in msgspec.structs.fields(create_body(resource))]
    made = msgspec.defstruct(
        name,
        [
            (each, annotated(resource.record, each) | UnsetType, UNSET)
            for each in names
            if each in resource.fields and each not in without
        ],
        bases=(Body,),
        kw_only=True,
        rename="camel",
        namespace={"__doc__": text},
        module=__name__,
    )
    return cast(type[Body], made)


_FollowUp = _nested("TaskFollowUp", follow_ups, (), "What came of a task: a follow-up.")
_Next = _nested("NextTask", tasks, _NOT_NEXT, "What is to be done next.")


class TaskDone(Body):
    """What came of it, and what is next. Both may be missing."""

    follow_up: Annotated[
        _FollowUp | None,  # type: ignore[valid-type]  # made above
        members(),
        Meta(
            description="跟进记录；客户、商机、联系人默认取自任务"
            " · A follow-up: customer, opportunity and contact are those of the task by default"
        ),
    ] = None
    next: Annotated[
        _Next | None,  # type: ignore[valid-type]  # made above
        members(),
        Meta(
            description="下一个任务；未填的取自本任务"
            " · The next task: what it does not say is as in this one",
            examples=[{"title": "回电确认报价", "dueOn": "2035-01-15"}],
        ),
    ] = None


class TaskClosedView(View):
    """A task that was closed, with what came of it and what is next."""

    task: Annotated[view_type(tasks), Meta(description="已完成的任务 · The task")]  # type: ignore[valid-type]  # made from the declaration
    follow_up: Annotated[
        view_type(follow_ups) | None,  # type: ignore[valid-type]
        Meta(description="记下的跟进 · The follow-up"),
    ]
    next: Annotated[
        view_type(tasks) | None,  # type: ignore[valid-type]
        Meta(description="下一个任务 · The next task", examples=[None]),
    ]


def closing_of(body: TaskDone, task: Task, zone: tzinfo, now: int) -> Closing:
    """Raises BadRequest with the places of all faults."""
    faults: list[FieldError] = []
    follow_up = _values(body.follow_up, follow_ups, {}, "followUp", faults)
    title = {"title": task.title}
    following = _values(body.next, tasks, title, "next", faults)
    faults += _past(following or {}, now)
    if faults:
        raise BadRequest(faults)
    return Closing(follow_up, following, zone)


def _values(
    given: Any,
    resource: AnyResource,
    defaults: Mapping[str, Any],
    place: str,
    faults: list[FieldError],
) -> Values | None:
    """Those of the members that are given, by field."""
    if given is None:
        return None
    kind = create_body(resource)
    attributes = {rule.attribute: member for member, rule in rules_of(kind).items()}
    faults += [
        FieldError(f"{place}.{member}", "unknown")
        for member in map(camel, _NOT_NEXT if resource is tasks else ())
        if member in given
    ]
    try:
        values = values_of(validate({**defaults, **given}, kind))
    except BadRequest as bad:
        faults += [
            msgspec.structs.replace(each, field=f"{place}.{each.field}")
            for each in bad.field_errors
        ]
        return None
    return {name: value for name, value in values.items() if attributes[name] in given}


def _past(values: Values, now: int) -> list[FieldError]:
    """Days and times that are over."""
    found = []
    for name in ("due_on", "due_at"):
        due = values.get(name)
        if due is None:
            continue
        if (due < now) if isinstance(due, int) else is_over_everywhere(due, now):
            params = {"text": IN_THE_PAST}
            found.append(
                FieldError(f"next.{camel(name)}", "value", params, tasks.fields[name].label)
            )
    return found
