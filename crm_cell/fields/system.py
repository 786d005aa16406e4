"""Fields that only the service sets; most are hidden."""

from typing import Any

from crm_cell.fields.field import Field, Writable
from crm_cell.fields.scalars import optional_time
from crm_cell.kernel.labels import Label


def comparison_key(of: str) -> Any:
    """The text field `of` in the form for comparison, which ignores width, case and spaces."""
    return Field(kind="comparison_key", source=of, writable=Writable.NEVER, visible=False)


def idempotency_key() -> Any:
    """The idempotency key of the create, stored permanently: money is never entered twice."""
    return Field(kind="idempotency_key", writable=Writable.NEVER, visible=False)


def request_id() -> Any:
    """The request id of the create, stored permanently as well."""
    return Field(kind="request_id", writable=Writable.NEVER, visible=False)


def time_of(field: str, value: Any, label: Label) -> Any:
    """The time when another field got a value: `time_of("status", Status.DONE, …)`. Null while the
    field has another value."""
    return Field(
        kind="time_of",
        format="date-time",
        label=label,
        stamps=(field, value),
        writable=Writable.NEVER,
        python_type=int,
        column="bigint",
        to_view=optional_time,
        to_log=optional_time,
    )


def assigned_at() -> Any:
    """The time when somebody else made the owner of the record its owner. Null where the owner did
    that."""
    return Field(
        kind="assigned_at",
        writable=Writable.NEVER,
        visible=False,
        default=None,
        python_type=int,
        column="bigint",
    )


def user_of(field: str, value: Any, label: Label) -> Any:
    """The user who set another field to a value. Null while the field has another value."""
    return Field(
        kind="user_of",
        label=label,
        description=(f"{label[0]}（平台用户编号）", f"{label[1]}, a user id of the platform"),
        stamps=(field, value),
        writable=Writable.NEVER,
    )
