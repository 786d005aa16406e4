"""Telephone numbers and e-mail addresses: masked in responses, encrypted if a key is set."""

from typing import Any

from crm_cell.fields import checks
from crm_cell.fields.field import Field
from crm_cell.kernel.labels import Label
from crm_cell.kernel.masking import email_in_records, email_in_responses, mask_phone

_PHONE_FILTER = checks.phone(
    from_text=checks.restore_plus,
    description="完整电话，精确匹配，写法不限：+86、86-、0086、空格和连字符都视为同一号码"
    " · A whole number in any spelling: +86, 86-, 0086, blanks, hyphens",
)
_EMAIL_FILTER = checks.email(
    description="完整邮箱，精确匹配，不分大小写 · A whole address; capitals make no difference",
)


def phone(label: Label, **options: Any) -> Any:
    """A telephone number as typed, compared in its normal form. `?phone=` filters by it."""
    options.setdefault(
        "description", (f"{label[0]}，返回时脱敏", "Telephone number, masked in answers")
    )
    return Field(
        kind="phone",
        meta=checks.phone(label=label),
        label=label,
        to_view=mask_phone,
        to_log=mask_phone,
        filter=_PHONE_FILTER,
        filter_name="phone",
        **options,
    )


def email(label: Label, **options: Any) -> Any:
    """An e-mail address, compared case-insensitively. `?email=` filters by it."""
    options.setdefault("description", (label[0], "E-mail address"))
    return Field(
        kind="email",
        meta=checks.email(label=label),
        label=label,
        to_view=email_in_responses,
        to_log=email_in_records,
        filter=_EMAIL_FILTER,
        filter_name="email",
        **options,
    )
