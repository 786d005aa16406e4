"""Builds the texts of errors in Chinese and English."""

from collections.abc import Sequence
from typing import Final

from crm_cell.kernel.errors import BadRequest, CrmError, FieldError
from crm_cell.kernel.labels import Label
from crm_cell.kernel.messages import FIELD_ERRORS, SPECIFIC_FIELD_ERRORS, Language, Message

_PLEASE_FILL_IN: Final = Message("please_fill_in", "请填写{label}", "{label} is required")
_UNKNOWN_FIELD: Final = Message("unknown_field", "未知字段 {field}", "{field} is not a known field")
_ONE_MORE_FAULT: Final = Message(
    "one_more_fault", "{first}，另有 {more} 处错误", "{first}, and {more} more error"
)
_MORE_FAULTS: Final = Message(
    "more_faults", "{first}，另有 {more} 处错误", "{first}, and {more} more errors"
)

# Labels of the parts of a request that are not members of a resource.
_LABELS: dict[str, Label] = {
    "body": ("请求体", "The body"),
    "query": ("查询参数", "The query"),
    "item": ("该行", "The row"),
}
# Codes for a missing or blank required member.
_MISSING = frozenset({"required", "null", "too_short", "empty"})


def explain_field_error(language: Language, field_error: FieldError) -> str:
    return _message(field_error).text(language, **field_error.params)


def _message(field_error: FieldError) -> Message:
    """The parameter `text`, a message or its key, is more precise than the code's message."""
    text = field_error.params.get("text")
    if isinstance(text, Message):
        return text
    return FIELD_ERRORS[field_error.code] if text is None else SPECIFIC_FIELD_ERRORS[str(text)]


def describe_field_error(language: Language, field_error: FieldError) -> str:
    """A sentence with the field's label, for clients that show only `message`."""
    english = language == "en"
    label = field_error.label or _LABELS.get(field_error.field)
    name = label[english] if label else field_error.field
    if (
        field_error.label
        and field_error.code in _MISSING
        and field_error.params.get("limit", 1) == 1
    ):
        return _PLEASE_FILL_IN.text(language, label=name)
    if field_error.code == "unknown":
        return _UNKNOWN_FIELD.text(language, field=field_error.field)
    space = " " if english or name[-1:].isascii() else ""
    return f"{name}{space}{explain_field_error(language, field_error)}"


def summarize_field_errors(language: Language, field_errors: Sequence[FieldError]) -> str:
    """The first error, and the number of further ones."""
    first, more = describe_field_error(language, field_errors[0]), len(field_errors) - 1
    if not more:
        return first
    message = _ONE_MORE_FAULT if more == 1 else _MORE_FAULTS
    return message.text(language, first=first, more=more)


def explain(language: Language, error: CrmError) -> tuple[str, str]:
    """The `message` and `details` of an error body."""
    if isinstance(error, BadRequest) and error.field_errors:
        each = [
            f"{field_error.field}: {explain_field_error(language, field_error)}"
            for field_error in error.field_errors
        ]
        return summarize_field_errors(language, error.field_errors), "; ".join(each)
    details = error.details.text(language, **error.params) if error.details else ""
    return error.message.text(language, **error.params), details
