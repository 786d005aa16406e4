"""Tags in requests and responses."""

from typing import Annotated, Any, ClassVar, Final

from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields import checks
from crm_cell.fields.checks import InvalidValue
from crm_cell.http.schema import Body, PatchFields, View
from crm_cell.kernel.clock import format_time
from crm_cell.options.options import DEFAULT_COLOR, PALETTE
from crm_cell.tags.tags import Tag

# Cells of files have several tags, between commas.
_SEPARATORS: Final = frozenset(",，、;；")
_name: Final[checks.Check] = checks.check_of(checks.text(1, 50))


def _check_name(value: Any) -> str:
    name = str(_name(value))
    if _SEPARATORS & set(name):
        raise InvalidValue("malformed", text="without_commas")
    return name


_NAME: Final = checks.as_meta(
    _check_name,
    label=("标签名称", "Name"),
    min_length=1,
    max_length=50,
    description="名称，租户内唯一，不含逗号、顿号、分号"
    " · The name, unique in the tenant, without commas and semicolons",
    examples=["重点"],
)
_COLOR: Final = checks.enum(
    *PALETTE, label=("颜色", "Colour"), description="颜色 · Colour", examples=["blue"]
)
_ACTIVE: Final = checks.boolean(label=("启用", "Active"))
_ACTIVE_TEXT: Final = Meta(
    description="是否可选用 · Whether records can get it. Those that have it keep it",
    examples=[True],
)
_INTO: Final = checks.reference(label=("并入的标签", "Tag to merge into"))
INTO_EXAMPLE: Final = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3ca1"
_INTO_TEXT: Final = Meta(description="保留的标签 · The tag that stays", examples=[INTO_EXAMPLE])


class TagView(View):
    """A tag of the tenant."""

    tag_id: str
    tenant_id: str
    name: Annotated[str, Meta(description="名称 · The name", examples=["重点"])]
    color: Annotated[
        str, Meta(description="颜色 · Colour", extra_json_schema={"enum": list(PALETTE)})
    ]
    active: Annotated[bool, _ACTIVE_TEXT]
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, tag: Tag) -> "TagView":
        return cls(
            tag_id=tag.id,
            tenant_id=tag.tenant_id,
            name=tag.name,
            color=tag.color,
            active=tag.active,
            created_at=format_time(tag.created_at),
            updated_at=format_time(tag.updated_at),
        )


class TagsView(View):
    """The tags of the tenant."""

    data: list[TagView]


class TagCreate(Body):
    name: Annotated[str, _NAME]
    color: Annotated[str, _COLOR] = DEFAULT_COLOR
    active: Annotated[bool, _ACTIVE, _ACTIVE_TEXT] = True


class TagPatch(PatchFields):
    view: ClassVar[type[View]] = TagView

    name: Annotated[str, _NAME] | UnsetType = UNSET
    color: Annotated[str, _COLOR] | UnsetType = UNSET
    active: Annotated[bool, _ACTIVE, _ACTIVE_TEXT] | UnsetType = UNSET


class TagMerge(Body):
    into_tag_id: Annotated[str, _INTO, _INTO_TEXT]
