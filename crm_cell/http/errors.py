"""Converts errors to responses."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crm_cell.http.responses import JSON_TYPE, Answer, encode
from crm_cell.kernel.errors import BadRequest, CrmError, DuplicateSuspected, Merged
from crm_cell.kernel.explanations import explain, explain_field_error
from crm_cell.kernel.messages import Language


class FaultView(msgspec.Struct, frozen=True):
    """One fault of the input."""

    field: Annotated[
        str,
        Meta(description="字段、参数或请求头 · The member, parameter or header", examples=["name"]),
    ]
    code: Annotated[str, Meta(description="错误种类 · The kind of fault", examples=["required"])]
    message: Annotated[str, Meta(description="描述 · What is wrong", examples=["必填"])]
    offset: (
        Annotated[
            int,
            Meta(
                description="在文本中的位置，从 0 起，仅用于筛选语言"
                " · Where in the text, in characters from 0; of the list language only",
                examples=[12],
            ),
        ]
        | msgspec.UnsetType
    ) = msgspec.UNSET


class ErrorView(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The body of every 4xx and 5xx."""

    code: Annotated[str, Meta(description="错误码，不随语言变化 · The same in every language")]
    message: Annotated[str, Meta(description="描述 · What happened")]
    details: Annotated[str, Meta(description="详情，可为空 · Details, may be empty")]
    request_id: str
    errors: Annotated[list[FaultView], Meta(description="逐条错误 · Every fault")] | None = None
    merged_into: (
        Annotated[
            str,
            Meta(
                description="合并到的客户，仅 `MERGED` · Of `MERGED`: the customer that has"
                " everything now",
                examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"],
            ),
        ]
        | None
    ) = None
    matches: (
        Annotated[
            list[Any],
            Meta(
                description="可能相同的记录，仅 `DUPLICATE_SUSPECTED`，同查重结果"
                " · Of `DUPLICATE_SUSPECTED`: what may be the same, as `POST /duplicates/check`"
                " shows it",
                extra_json_schema={"items": {"$ref": "#/components/schemas/Duplicate"}},
            ),
        ]
        | None
    ) = None


def answer_error(error: CrmError, request_id: str, language: Language) -> Answer:
    message, details = explain(language, error)
    field_errors = None
    if isinstance(error, BadRequest):
        field_errors = [
            FaultView(
                field_error.field,
                field_error.code,
                explain_field_error(language, field_error),
                msgspec.UNSET if field_error.offset is None else field_error.offset,
            )
            for field_error in error.field_errors
        ]
    into = error.into if isinstance(error, Merged) else None
    matches = list(error.matches) if isinstance(error, DuplicateSuspected) else None
    view = ErrorView(error.code, message, details, request_id, field_errors, into, matches)
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    return Answer(error.status, encode(view), [JSON_TYPE, *headers])
