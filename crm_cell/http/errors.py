"""The one place where an error becomes a response."""

from typing import Annotated

import msgspec
from msgspec import Meta

from crm_cell.http.answers import JSON_TYPE, Answer, encode
from crm_cell.kernel.errors import BadRequest, CrmError
from crm_cell.kernel.messages import Language, explain, explain_fault


class FaultView(msgspec.Struct, frozen=True):
    """One fault of the input."""

    field: Annotated[
        str,
        Meta(description="字段、参数或请求头 · The member, parameter or header", examples=["name"]),
    ]
    code: Annotated[str, Meta(description="错误种类 · The kind of fault", examples=["required"])]
    message: Annotated[str, Meta(description="描述 · What is wrong", examples=["必填"])]


class ErrorView(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The body of every 4xx and 5xx."""

    code: Annotated[str, Meta(description="错误码，不随语言变化 · The same in every language")]
    message: Annotated[str, Meta(description="描述 · What happened")]
    details: Annotated[str, Meta(description="详情，可为空 · Details, may be empty")]
    request_id: str
    errors: Annotated[list[FaultView], Meta(description="逐条错误 · Every fault")] | None = None


def answer_error(error: CrmError, request_id: str, language: Language) -> Answer:
    message, details = explain(language, error)
    faults = None
    if isinstance(error, BadRequest):
        faults = [
            FaultView(fault.field, fault.code, explain_fault(language, fault))
            for fault in error.faults
        ]
    view = ErrorView(error.code, message, details, request_id, faults)
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    return Answer(error.status, encode(view), [JSON_TYPE, *headers])
