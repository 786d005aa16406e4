"""What identifies and locates a company, and what is known of a person."""

from typing import Any

from crm_cell.fields import business_checks as checks
from crm_cell.fields.field import Field
from crm_cell.kernel.labels import Label
from crm_cell.kernel.masking import mask_birthday, mask_wechat


def uscc(label: Label, **options: Any) -> Any:
    """A unified social credit identifier of a company in China."""
    options.setdefault(
        "description",
        (f"{label[0]}，18 位，含校验位", "Unified social credit identifier, with its check digit"),
    )
    return Field(kind="uscc", meta=checks.uscc(label=label), label=label, **options)


def region(label: Label, **options: Any) -> Any:
    """A region of China. Those within another begin with the same digits: `region ^= "33"`."""
    options.setdefault(
        "description",
        (f"{label[0]}，GB/T 2260 六位行政区划代码", "Region code of 6 digits, GB/T 2260"),
    )
    return Field(kind="region", meta=checks.region(label=label), label=label, **options)


def website(label: Label, **options: Any) -> Any:
    """A web address; https:// is added where it has no scheme."""
    options.setdefault(
        "description", (f"{label[0]}，http 或 https 网址", "Web address, http or https")
    )
    return Field(kind="website", meta=checks.website(label=label), label=label, **options)


def wechat(label: Label, **options: Any) -> Any:
    """A WeChat id: masked in responses, encrypted if a key is set."""
    options.setdefault("description", (f"{label[0]}，返回时脱敏", "WeChat id, masked in answers"))
    return Field(
        kind="wechat",
        meta=checks.wechat(label=label),
        label=label,
        to_view=mask_wechat,
        to_log=mask_wechat,
        **options,
    )


def birthday(label: Label, **options: Any) -> Any:
    """A day: masked in responses, encrypted if a key is set. No list is filtered by it, since with
    a few thousand questions that would tell it."""
    options.setdefault("description", (f"{label[0]}，返回时脱敏", "Birthday, masked in answers"))
    return Field(
        kind="birthday",
        meta=checks.birthday(label=label),
        label=label,
        to_view=mask_birthday,
        to_log=mask_birthday,
        **options,
    )
