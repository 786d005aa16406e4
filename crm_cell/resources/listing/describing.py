"""GET /fields: what each resource has, for consoles, SDKs and agents to build on."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields import Field, Writable, checks
from crm_cell.http.routing import Routes, Tag
from crm_cell.http.schema import Query, View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.labels import Label
from crm_cell.options.catalogue import Catalogue
from crm_cell.options.options import Option, TenantOptions
from crm_cell.resources.listing.language import ListLanguage
from crm_cell.resources.listing.members import Derived, ListMember
from crm_cell.resources.listing.selection import embeddable
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import Member, camel, members
from crm_cell.storage.engine import Reader
from crm_cell.tags import tags
from crm_cell.tags.catalogue import TagCatalogue

_TYPES: Final[Mapping[str, str]] = {
    "lines": "multilineText",
    "uscc": "text",
    "region": "text",
    "website": "url",
    "options": "option",
    "enum": "option",
    "instant": "time",
    "time_of": "time",
    "date_or_time": "dateOrTime",
    "owner": "user",
    "created_by": "user",
    "user_of": "user",
}
_SYSTEM: Final[Mapping[str, tuple[str, Label]]] = {
    "id": ("id", ("编号", "Id")),
    "tenant_id": ("tenant", ("租户", "Tenant")),
    "created_at": ("time", ("创建时间", "Created")),
    "updated_at": ("time", ("最后变更时间", "Last changed")),
}
_BOUNDS: Final = {
    "min_length": "min_length",
    "max_length": "max_length",
    "ge": "minimum",
    "le": "maximum",
}
_WRITABLE: Final = {
    Writable.ALWAYS: "always",
    Writable.ON_CREATE: "onCreate",
    Writable.NEVER: "never",
}


class LabelView(View):
    """What people call it."""

    zh: Annotated[str, Meta(description="中文名称 · In Chinese", examples=["客户名称"])]
    en: Annotated[str, Meta(description="英文名称 · In English", examples=["Customer name"])]

    @classmethod
    def of(cls, label: Label) -> "LabelView":
        return cls(zh=label[0], en=label[1])


class OptionView(View):
    """One of the values that a field can have."""

    value: Annotated[int | str, Meta(description="值 · The value", examples=[1])]
    label: Annotated[LabelView, Meta(description="名称 · What people call it")]
    color: (
        Annotated[
            str,
            Meta(description="颜色，固定的值为 null · Colour; null if no tenant changes it"),
        ]
        | None
    ) = None
    active: Annotated[
        bool,
        Meta(description="是否可选用 · Whether records can get it; those that have it keep it"),
    ] = True


class BoundsView(View):
    """Bounds of a value, those that there are."""

    min_length: Annotated[int, Meta(description="最短 · Least characters")] | UnsetType = UNSET
    max_length: Annotated[int, Meta(description="最长 · Most characters")] | UnsetType = UNSET
    minimum: Annotated[int, Meta(description="最小 · The least")] | UnsetType = UNSET
    maximum: Annotated[int, Meta(description="最大 · The greatest")] | UnsetType = UNSET


class FieldView(View):
    """One member of the answers of a resource."""

    name: Annotated[str, Meta(description="成员名 · The member's name", examples=["name"])]
    label: Annotated[LabelView, Meta(description="名称 · What people call it")]
    type: Annotated[
        str,
        Meta(
            description="类型：id tenant text multilineText integer money currency boolean option"
            " date month time dateOrTime phone email reference user tags expression items"
            " computed · Which kind of value",
            examples=["text"],
        ),
    ]
    operators: Annotated[
        list[str],
        Meta(description="可用的筛选运算符 · Operators in filters", examples=[["=", "!="]]),
    ]
    sortable: Annotated[bool, Meta(description="可排序 · Whether lists can be sorted by it")]
    indexed: Annotated[
        bool, Meta(description="有索引 · Whether an index serves filters and sorts by it")
    ]
    masked: Annotated[bool, Meta(description="返回时脱敏 · Whether answers may mask it")]
    writable: Annotated[
        str,
        Meta(description="可写：always onCreate never · When it can be set", examples=["always"]),
    ]
    required: Annotated[bool, Meta(description="新建时必填 · Whether a create must name it")]
    nullable: Annotated[bool, Meta(description="可为空 · Whether it can be null")]
    reference: (
        Annotated[
            str, Meta(description="指向的资源 · The resource it refers to", examples=["customer"])
        ]
        | None
    )
    options: Annotated[
        list[OptionView], Meta(description="可选值，无则为空 · The values that it can have, if few")
    ]
    bounds: Annotated[BoundsView, Meta(description="限制 · Bounds")]
    section: Annotated[
        LabelView | None,
        Meta(description="所在小节的标题，无则为 null · Heading it is shown under, if any"),
    ]


class ResourceFieldsView(View):
    """One resource and its members."""

    resource: Annotated[str, Meta(description="资源 · The resource", examples=["customer"])]
    path: Annotated[str, Meta(description="列表路径 · Of its list", examples=["/customers"])]
    label: Annotated[LabelView, Meta(description="名称 · What people call it")]
    embed: Annotated[
        list[str],
        Meta(description="可用的 embed · What `embed` can name", examples=[["customer"]]),
    ]
    fields: Annotated[list[FieldView], Meta(description="成员 · The members")]
    filters: Annotated[
        list[FieldView],
        Meta(description="仅用于筛选的名称 · Names that filters know, and no answer has"),
    ]


class FieldsView(View):
    """Resources and their members."""

    data: list[ResourceFieldsView]


def field_routes(
    registry: Registry,
    languages: Iterable[ListLanguage],
    catalogue: Catalogue,
    tag_catalogue: TagCatalogue,
) -> Routes:
    described = {each.resource.name: _resource(registry, each) for each in languages}
    kind = checks.enum(*described)
    named = Meta(
        description="资源，缺省为全部 · The resource, all without it", examples=["customer"]
    )

    class FieldsQuery(Query):
        resource: Annotated[str, kind, named] | None = None

    query_type: Any = FieldsQuery
    routes = Routes(
        "/fields",
        tag=Tag(
            "fields", "字段", "The members of each resource: types, operators, labels, bounds."
        ),
    )

    @routes.read("", "字段说明")
    async def list_(tx: Reader, actor: Actor, query: query_type) -> FieldsView:
        """The members of one resource, or of all, with the options and tags of the tenant."""
        wanted = [query.resource] if query.resource else described
        options = await catalogue.of(tx, actor.tenant)
        tagged = list(map(_tag, (await tag_catalogue.of(tx, actor.tenant)).shown))
        return FieldsView(data=[_with_options(described[name], options, tagged) for name in wanted])

    return routes


def _with_options(
    described: ResourceFieldsView, options: TenantOptions, tagged: list[OptionView]
) -> ResourceFieldsView:
    """With those that the tenant has."""
    fields = []
    for each in described.fields:
        found = options.find(f"{described.resource}.{each.name}")
        if found is not None:
            shown = list(map(_tenant_option, found.values()))
            each = msgspec.structs.replace(each, options=shown)  # noqa: PLW2901
        elif each.type == "tags":
            each = msgspec.structs.replace(each, options=tagged)  # noqa: PLW2901
        fields.append(each)
    return msgspec.structs.replace(described, fields=fields)


def _tag(tag: tags.Tag) -> OptionView:
    label = LabelView(zh=tag.name, en=tag.name)
    return OptionView(value=tag.id, label=label, color=tag.color, active=tag.active)


def _tenant_option(option: Option) -> OptionView:
    return OptionView(
        value=option.option_id,
        label=LabelView.of(option.label),
        color=option.color,
        active=option.active,
    )


def _resource(registry: Registry, language: ListLanguage) -> ResourceFieldsView:
    resource = language.resource
    return ResourceFieldsView(
        resource=resource.name,
        path=resource.path,
        label=LabelView.of(resource.label),
        embed=list(embeddable(resource)),
        fields=[_field(registry, resource, each, language) for each in members(resource)],
        filters=[
            _derived(each, each.derived, language)
            for each in language.members.values()
            if each.derived is not None
        ],
    )


def _derived(member: ListMember, derived: Derived, language: ListLanguage) -> FieldView:
    """What only filters know."""
    return FieldView(
        name=member.wire,
        label=LabelView.of(derived.label),
        type="boolean",
        operators=list(member.operators),
        sortable=False,
        indexed=language.is_indexed(member),
        masked=False,
        writable="never",
        required=False,
        nullable=False,
        reference=None,
        options=[],
        bounds=BoundsView(),
        section=None,
    )


def _field(
    registry: Registry, resource: AnyResource, member: Member, language: ListLanguage
) -> FieldView:
    field = resource.fields.get(member.name)
    listed = language.members.get(member.wire)
    return FieldView(
        name=member.wire,
        label=LabelView.of(_label(resource, member)),
        type=_type(field, member),
        operators=list(listed.operators) if listed else [],
        sortable=listed is not None and listed.sortable,
        indexed=listed is not None and language.is_indexed(listed),
        masked=field is not None and field.is_encrypted,
        writable=_WRITABLE[field.writable] if field else "never",
        required=field is not None and field.writable is not Writable.NEVER and field.is_required,
        nullable=field is not None and field.nullable,
        reference=_reference(registry, field),
        options=_options(field),
        bounds=_bounds(field),
        section=LabelView.of(field.section) if field is not None and field.section else None,
    )


def _label(resource: AnyResource, member: Member) -> Label:
    if member.name in _SYSTEM:
        return _SYSTEM[member.name][1]
    declared = resource.fields.get(member.name) or getattr(resource.record, member.name)
    label: Label | None = declared.label
    assert label is not None, "what is shown has a label"
    return label


def _type(field: Field | None, member: Member) -> str:
    if field is not None:
        return _TYPES.get(field.kind, camel(field.kind))
    return _SYSTEM[member.name][0] if member.name in _SYSTEM else "computed"


def _reference(registry: Registry, field: Field | None) -> str | None:
    if field is None or field.reference is None:
        return None
    return registry.of_table(field.reference.path).name


def _options(field: Field | None) -> list[OptionView]:
    choices = field.options if field is not None else {}
    return [
        OptionView(value=_plain(value), label=LabelView.of(label))
        for value, label in choices.items()
    ]


def _plain(value: int | str) -> int | str:
    """Without the names of an enumeration."""
    return int(value) if isinstance(value, int) else str(value)


def _bounds(field: Field | None) -> BoundsView:
    if field is None or field.meta is None:
        return BoundsView()
    found = {bound: getattr(field.meta, name) for name, bound in _BOUNDS.items()}
    return BoundsView(**{bound: value for bound, value in found.items() if value is not None})
