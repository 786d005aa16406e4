"""Options in requests and responses."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Final

from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields import checks
from crm_cell.fields.checks import InvalidValue
from crm_cell.fields.scalars import optional_time
from crm_cell.http.path_text import PathText
from crm_cell.http.schema import Body, PatchFields, View
from crm_cell.options.options import DEFAULT_COLOR, PALETTE, Option

_LANGUAGES: Final = ("zh", "en")
_EXAMPLE: Final = {"zh": "行业峰会", "en": "industry summit"}
_name: Final[checks.Check] = checks.check_of(checks.text(1, 50))


def _check_label(value: Any) -> dict[str, str]:
    """In one language or in both."""
    if not isinstance(value, dict):
        raise InvalidValue("type", expected="object")
    if not value or not set(value) <= set(_LANGUAGES):
        raise InvalidValue("not_one_of", allowed=", ".join(_LANGUAGES))
    return {language: _name(text) for language, text in value.items()}


def option_field_meta(names: Iterable[str]) -> Meta:
    return checks.enum(
        *names,
        label=("字段", "Field"),
        description="资源和字段 · Resource and member",
        examples=["customer.source"],
    )


_ID: Final = checks.option(
    "source.summit",
    label=("选项编号", "Option id"),
    description="记录中存储的编号，不可更改 · What records store; it never changes",
)
_LABEL: Final = checks.as_meta(
    _check_label,
    label=("名称", "Label"),
    examples=[_EXAMPLE],
    description="名称，中文、英文各 1–50 个字；缺少的一种与另一种相同"
    " · The label in Chinese and English, 1 to 50 characters each; one that is left out is as the"
    " other",
)
_COLOR: Final = checks.enum(
    *PALETTE, label=("颜色", "Colour"), description="颜色 · Colour", examples=["blue"]
)
_POSITION: Final = checks.integer(0, 9_999, label=("位置", "Position"))
_POSITION_TEXT: Final = Meta(
    description="位置，小的在前；缺省为最后 · Position, the least first; last by default",
    examples=[90],
)
_ACTIVE: Final = checks.boolean(label=("启用", "Active"))
_ACTIVE_TEXT: Final = Meta(
    description="是否可选用 · Whether records can get it. Those that have it keep it",
    examples=[True],
)


class FieldName(PathText):
    __slots__ = ()
    meta = checks.option(
        "customer.source",
        description="资源和字段 · Resource and member, for example customer.source",
    )
    member = "field"


class OptionId(PathText):
    __slots__ = ()
    meta = _ID
    member = "optionId"


class LabelsView(View):
    """In both languages."""

    zh: Annotated[str, Meta(description="中文名称 · In Chinese", examples=["行业峰会"])]
    en: Annotated[str, Meta(description="英文名称 · In English", examples=["industry summit"])]


class TenantOptionView(View):
    """One of the values that a field can have."""

    field: Annotated[
        str, Meta(description="资源和字段 · Resource and member", examples=["customer.source"])
    ]
    option_id: Annotated[
        str, Meta(description="记录中存储的编号 · What records store", examples=["source.summit"])
    ]
    tenant_id: str
    label: Annotated[LabelsView, Meta(description="名称 · What people call it")]
    color: Annotated[
        str,
        Meta(description="颜色 · Colour", extra_json_schema={"enum": list(PALETTE)}),
    ]
    position: Annotated[int, _POSITION_TEXT]
    active: Annotated[bool, _ACTIVE_TEXT]
    updated_at: (
        Annotated[
            str, Meta(description="最近变更；系统自带且未改动则为 null · null if never changed")
        ]
        | None
    )

    @classmethod
    def of(cls, option: Option, tenant: str) -> "TenantOptionView":
        return cls(
            field=option.field,
            option_id=option.option_id,
            tenant_id=tenant,
            label=LabelsView(zh=option.label[0], en=option.label[1]),
            color=option.color,
            position=option.position,
            active=option.active,
            updated_at=optional_time(option.updated_at),
        )


class TenantOptionsView(View):
    """Options, those of one field in their order."""

    data: list[TenantOptionView]


class OptionCreate(Body):
    """An option of one's own."""

    field: Annotated[str, FieldName.meta]
    option_id: Annotated[str, _ID]
    label: Annotated[dict[str, str], _LABEL]
    color: Annotated[str, _COLOR] = DEFAULT_COLOR
    position: Annotated[int, _POSITION, _POSITION_TEXT] | None = None
    active: Annotated[bool, _ACTIVE, _ACTIVE_TEXT] = True


class OptionPatch(PatchFields):
    view: ClassVar[type[View]] = TenantOptionView

    label: Annotated[dict[str, str], _LABEL] | UnsetType = UNSET
    color: Annotated[str, _COLOR] | UnsetType = UNSET
    position: Annotated[int, _POSITION, _POSITION_TEXT] | UnsetType = UNSET
    active: Annotated[bool, _ACTIVE, _ACTIVE_TEXT] | UnsetType = UNSET
