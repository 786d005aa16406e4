"""Path parameters that are no ids of ours: taken as they are written, case included."""

from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from crm_cell.fields.checks import InvalidValue, check_of
from crm_cell.fields.external_ids import external_id, source_name
from crm_cell.kernel.errors import FieldError

SOURCE = source_name(description="来源系统的名称 · The name of the other system", examples=["erp"])
EXTERNAL_ID = external_id(
    description="记录在来源系统中的编号，区分大小写"
    " · The record's id in the other system; upper and lower case differ",
    examples=["K-10023"],
)


class PathText(str):
    """One such parameter, checked as `meta` says."""

    __slots__ = ()
    meta: ClassVar[Meta]
    member: ClassVar[str]
    """What faults call it."""

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """As JSON Schema."""
        kind: Any = Annotated[str, cls.meta]
        return msgspec.json.schema(kind)

    @classmethod
    def fault(cls, text: str) -> FieldError | None:
        """What is wrong with a value, None for a sound one."""
        try:
            check_of(cls.meta)(text)
        except InvalidValue as bad:
            return FieldError(cls.member, bad.code, bad.params)
        return None


class SourceName(PathText):
    __slots__ = ()
    meta = SOURCE
    member = "source"


class ExternalId(PathText):
    __slots__ = ()
    meta = EXTERNAL_ID
    member = "externalId"
