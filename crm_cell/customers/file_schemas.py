"""Schemas for the import of customers."""

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta

from crm_cell.customers.resource import Customer, customers
from crm_cell.fields.checks import items, text
from crm_cell.http.schema import Body, View, check_members
from crm_cell.http.uploads import UploadBody
from crm_cell.kernel.errors import FieldError
from crm_cell.resources.bodies import annotated
from crm_cell.resources.warnings import WARNINGS

Name = annotated(Customer, "name")
Phone = annotated(Customer, "contact_phone")
Email = annotated(Customer, "contact_email")
ShortName = annotated(Customer, "short_name")
Uscc = annotated(Customer, "uscc")
Region = annotated(Customer, "region")
Address = annotated(Customer, "address")
Website = annotated(Customer, "website")
Remark = annotated(Customer, "remark")
Level = annotated(Customer, "level")
Source = annotated(Customer, "source")
Industry = annotated(Customer, "industry")
Tags = annotated(Customer, "tags")
_PARENT: Final = customers.fields["parent_id"].label
ParentName = (
    Annotated[
        str,
        text(1, 200, label=_PARENT),
        Meta(
            description="上级客户的编号或名称 · Id or name of its parent company",
            examples=["云图控股集团"],
        ),
    ]
    | None
)


class ImportRow(Body):
    """One customer of an import."""

    name: Name  # type: ignore[valid-type]  # built from the declaration
    contact_phone: Phone = None  # type: ignore[valid-type]
    contact_email: Email = None  # type: ignore[valid-type]
    short_name: ShortName = None  # type: ignore[valid-type]
    uscc: Uscc = None  # type: ignore[valid-type]
    region: Region = None  # type: ignore[valid-type]
    address: Address = None  # type: ignore[valid-type]
    website: Website = None  # type: ignore[valid-type]
    remark: Remark = None  # type: ignore[valid-type]
    level: Level = None  # type: ignore[valid-type]
    source: Source = None  # type: ignore[valid-type]
    industry: Industry = None  # type: ignore[valid-type]
    tags: Tags = None  # type: ignore[valid-type]
    parent_id: ParentName = None


class CustomerImport(UploadBody):
    """Each item is checked by itself: a bad one does not keep the others out."""

    items: Annotated[
        list[Any],
        items(1, 2000, of=ImportRow, label=("客户列表", "The list of customers")),
        Meta(description="客户，逐条校验 · The customers, each checked by itself"),
    ]


Index = Annotated[
    int, Meta(description="在 items 中的位置，从 0 起 · Position in items, from 0", examples=[0])
]
ResultName = Annotated[str, Meta(description="名称 · The name")]


class ImportedView(View):
    """A row that went in; on a dry run, one that would, and has no id."""

    index: Index
    customer_id: str | None
    name: ResultName
    warnings: WARNINGS = UNSET


class RefusedView(View):
    """A row that did not go in, and why."""

    index: Index
    name: ResultName | None
    reason: Annotated[
        str, Meta(description="失败原因 · Why it did not go in", examples=["客户名称已存在"])
    ]
    code: Annotated[str, Meta(description="错误码 · Error code", examples=["DUPLICATE_NAME"])]


class ImportView(View, kw_only=True):
    """What became of an import. `index` is the position in `items`, from 0."""

    accepted: Annotated[
        bool, Meta(description="已受理 · The import was taken", examples=[True])
    ] = True
    created: Annotated[int, Meta(description="成功行数 · Rows that went in", examples=[1])]
    errors: Annotated[int, Meta(description="失败行数 · Rows that did not go in")]
    details: Annotated[list[ImportedView], Meta(description="成功的行 · The rows that went in")]
    errors_detail: Annotated[
        list[RefusedView], Meta(description="失败的行 · The rows that did not go in")
    ]


def checked_row(item: Any) -> tuple[dict[str, Any], list[FieldError]]:
    """The normalised values of a row by attribute, and its errors."""
    if not isinstance(item, dict):
        return {}, [FieldError("item", "type", {"expected": "object"})]
    return check_members(item, ImportRow)
