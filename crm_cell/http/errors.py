"""The one place where an error becomes a response."""

import msgspec

from crm_cell.http.answers import JSON_TYPE, Answer, encode
from crm_cell.kernel.errors import BadRequest, CrmError
from crm_cell.kernel.messages import Language, explain, explain_fault


class FaultView(msgspec.Struct, frozen=True):
    """One fault of the input."""

    field: str
    code: str
    message: str


class ErrorView(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The body of every 4xx and 5xx."""

    code: str
    message: str
    details: str
    request_id: str
    errors: list[FaultView] | None = None


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
