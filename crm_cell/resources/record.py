"""The record of a resource: a class whose body declares its fields.

    class Task(Record):
        customer_id: str | None = reference(
            "customers", on_delete=CASCADE, label=("客户", "Customer")
        )
        title: str = text(1, 200, label=("标题", "Title"))
        done: bool = boolean(default=False, label=("完成", "Done"))

A record is an immutable msgspec Struct. Columns and members of responses have the order of its
fields.
"""

from types import NoneType
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_args, get_type_hints

import msgspec

from crm_cell.fields import (
    Field,
    birthday,
    boolean,
    comparison_key,
    computed,
    created_by,
    currency,
    date,
    date_or_time,
    email,
    enum,
    expression,
    idempotency_key,
    instant,
    integer,
    items,
    money,
    month,
    option,
    options,
    owner,
    phone,
    reference,
    region,
    request_id,
    text,
    time_of,
    uscc,
    user,
    user_of,
    users,
    website,
    wechat,
)
from crm_cell.resources.errors import InvalidDeclaration

R = TypeVar("R", bound="Record")


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(
        birthday,
        boolean,
        comparison_key,
        created_by,
        currency,
        date,
        date_or_time,
        email,
        enum,
        expression,
        idempotency_key,
        instant,
        integer,
        items,
        money,
        month,
        option,
        options,
        owner,
        phone,
        reference,
        region,
        request_id,
        text,
        time_of,
        user,
        user_of,
        users,
        uscc,
        website,
        wechat,
    ),
)
class RecordType(msgspec.StructMeta):
    """Removes the declared fields from the class body, so that the constructor has no defaults and
    takes the columns of a row."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> "RecordType":
        fields = {key: value for key, value in namespace.items() if isinstance(value, Field)}
        shown = [key for key, value in namespace.items() if isinstance(value, Field | computed)]
        body = {key: value for key, value in namespace.items() if key not in fields}
        made = super().__new__(mcs, name, bases, body, frozen=True, **options)
        made._declare(fields, shown)  # type: ignore[attr-defined]
        return made


class Record(msgspec.Struct, metaclass=RecordType):
    """Fields of every record. Times are milliseconds since 1970; a change increments `version`."""

    fields: ClassVar[dict[str, Field]]
    """Declared fields by name, in order."""
    shown: ClassVar[list[str]]
    """Names of visible fields and computed values, in the order of the response."""

    owner_field: ClassVar[str]
    """The field of kind `owner`, if there is one."""

    tenant_id: str
    id: str
    version: int
    created_at: int
    updated_at: int

    @classmethod
    def _declare(cls, fields: dict[str, Field], shown: list[str]) -> None:
        hints = get_type_hints(cls) if fields else {}
        for name in fields:
            if name not in hints:
                raise InvalidDeclaration(cls.__module__, f"{cls.__name__}.{name}", "add its type")
        cls.fields = {
            name: field.bound(name, nullable=NoneType in get_args(hints[name]))
            for name, field in fields.items()
        }
        owners = [name for name, field in cls.fields.items() if field.kind == "owner"]
        cls.owner_field = owners[0] if owners else ""
        cls.shown = [name for name in shown if name not in fields or fields[name].visible]


def revised(record: R, changes: dict[str, Any], now: int) -> R:
    """The record with `changes` and the next version."""
    return msgspec.structs.replace(record, **changes, version=record.version + 1, updated_at=now)
