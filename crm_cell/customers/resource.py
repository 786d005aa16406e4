"""Customers: the companies and people that a tenant sells to. A name is unique in its tenant."""

from enum import IntEnum
from typing import Any, Final

from crm_cell.customers.choices import INDUSTRIES, LEVEL_COLORS, LEVELS, SOURCES
from crm_cell.customers.headings import words_of
from crm_cell.customers.members.table import shared_with_members
from crm_cell.fields import (
    CLEAR,
    KEEP,
    Writable,
    assigned_at,
    comparison_key,
    date_or_time,
    email,
    instant,
    integer,
    money,
    option,
    options,
    owner,
    phone,
    reference,
    region,
    tags,
    text,
    uscc,
    user,
    website,
)
from crm_cell.kernel.errors import DuplicateName
from crm_cell.kernel.money import DEFAULT_CURRENCY, MAX_CENTS
from crm_cell.resources.record import Record
from crm_cell.resources.resource import (
    CRUD,
    EXPORT,
    RESTORE,
    REVEAL,
    Resource,
    SharedThrough,
    Unique,
)
from crm_cell.resources.rollups import Rollup, total

NEWLY_ASSIGNED: Final = ("新分给我", "Newly assigned")
WITH_OPPORTUNITIES = "with_opportunities"
"""The option that also transfers open opportunities when the owner changes."""


CONTACT_DETAILS: Final = ("联系方式", "Contact details")
REGISTRATION: Final = ("工商信息", "Business registration")
OTHER: Final = ("其他", "Other")


class Status(IntEnum):
    ACTIVE = 1
    DISABLED = 2


_DERIVED: Final[dict[str, Any]] = {"default": None, "derived": True}
_FOLLOWS: Final[dict[str, Any]] = {**_DERIVED, "writable": Writable.NEVER}
_OF_FOLLOW_UPS: Final = Rollup(
    "follow_ups",
    by="customer_id",
    reads=("followed_at", "created_by"),
    where="followed_at IS NOT NULL",
    latest=(("last_follow_up_at", "followed_at"), ("last_follow_up_by", "created_by")),
    ordered_by="followed_at",
)
_OF_TASKS: Final = Rollup(
    "tasks",
    by="customer_id",
    reads=("status", "due"),
    where="status = 'open'",
    sums=(("next_contact_at", "min(due)"),),
)
_OF_OPPORTUNITIES: Final = Rollup(
    "opportunities",
    by="customer_id",
    reads=("status", "amount_cents", "currency"),
    where="status = 1",
    sums=(
        ("open_opportunity_count", "count(*)"),
        (
            "open_opportunity_cents",
            total(f"CASE WHEN currency = '{DEFAULT_CURRENCY}' THEN amount_cents ELSE 0 END"),
        ),
    ),
)
_OF_CONTRACTS: Final = Rollup(
    "contracts",
    by="customer_id",
    reads=("status", "amount_cents", "paid_cents", "currency"),
    where=f"status IN (2, 3) AND currency = '{DEFAULT_CURRENCY}' AND paid_cents < amount_cents",
    sums=(("outstanding_cents", total("amount_cents - paid_cents")),),
)


class Customer(Record):
    name: str = text(
        1,
        200,
        label=("客户名称", "Customer name"),
        short_label=("名称", "name"),
        description=("名称", "The name"),
        examples=["杭州云图科技有限公司"],
        personal=True,
        searchable=True,
    )
    name_key: str = comparison_key(of="name")
    contact_phone: str | None = phone(
        label=("联系电话", "Phone"), short_label=("电话", "phone"), section=CONTACT_DETAILS
    )
    contact_email: str | None = email(
        label=("联系邮箱", "E-mail"), short_label=("邮箱", "e-mail"), section=CONTACT_DETAILS
    )
    status: int = options(
        {Status.ACTIVE: ("启用", "active"), Status.DISABLED: ("停用", "disabled")},
        label=("状态", "Status"),
        description="1 正常 active, 2 停用 disabled",
        default=Status.ACTIVE,
    )
    owner_id: str | None = owner()
    short_name: str | None = text(
        1, 100, ("简称", "Short name"), examples=["云图"], personal=True, searchable=True
    )
    uscc: str | None = uscc(("统一社会信用代码", "Credit code"), section=REGISTRATION)
    region: str | None = region(("地区", "Region"), section=CONTACT_DETAILS)
    address: str | None = text(
        1,
        300,
        ("地址", "Address"),
        examples=["杭州市西湖区文三路 1 号"],
        personal=True,
        section=CONTACT_DETAILS,
    )
    website: str | None = website(("网址", "Website"), section=CONTACT_DETAILS)
    remark: str | None = text(
        1,
        2000,
        ("备注", "Remark"),
        lines=True,
        examples=["年底签框架合同"],
        personal=True,
        section=OTHER,
    )
    level: str | None = option(LEVELS, ("级别", "Level"), colors=LEVEL_COLORS)
    source: str | None = option(SOURCES, ("来源", "Source"))
    industry: str | None = option(INDUSTRIES, ("行业", "Industry"))
    tags: str | None = tags()
    last_follow_up_at: int | None = instant(
        ("最近跟进", "Last follow-up"),
        description=(
            "最近一次跟进的时间；无跟进则为 null",
            "When the last follow-up happened; null without one",
        ),
        **_FOLLOWS,
    )
    last_follow_up_by: str | None = user(("最近跟进人", "Last follow-up by"), **_DERIVED)
    next_contact_at: str | None = date_or_time(
        ("下次联系", "Next contact"),
        description=(
            "最早的待办任务的截止日期或时间；没有则为 null",
            "When the first of its open tasks is due; null without one",
        ),
        **_FOLLOWS,
    )
    open_opportunity_count: int | None = integer(
        0,
        MAX_CENTS,
        ("进行中商机数", "Open opportunities"),
        description=("进行中的商机数；没有则为 null", "Its open opportunities; null for none"),
        **_FOLLOWS,
    )
    open_opportunity_cents: int | None = money(
        label=("进行中商机金额", "Amount of open opportunities"),
        description=(
            "进行中人民币商机的金额合计，以分计；没有则为 null",
            "Amount of its open opportunities in CNY, in cents; null for none",
        ),
        **_FOLLOWS,
    )
    outstanding_cents: int | None = money(
        label=("待回款", "Outstanding"),
        description=(
            "已签订和已完成的人民币合同的未回款合计，以分计；没有则为 null",
            "What is left to pay of its signed and completed contracts in CNY; null for none",
        ),
        **_FOLLOWS,
    )
    assigned_at: int | None = assigned_at()
    parent_id: str | None = reference(
        "customers",
        KEEP,
        ("上级客户", "Parent company"),
        on_erase=CLEAR,
        description=(
            "所属集团或母公司（客户编号），最多 5 层",
            "Id of the customer that it is a subsidiary of; up to 5 levels",
        ),
    )


customers = Resource(
    Customer,
    path="/customers",
    label=("客户", "Customer"),
    verbs=CRUD | RESTORE | REVEAL | EXPORT,
    title="name",
    description="A customer; the phone number is masked.",
    tag_description="Customers, with import and export. A name is unique in its tenant.",
    unique=(Unique(("name_key",), DuplicateName),),
    shared_through=(SharedThrough("opportunities", foreign="customer_id", local="id"),),
    is_organisation=True,
    warns=True,
    headings={
        "name": words_of("name"),
        "contact_phone": words_of("contactPhone"),
        "contact_email": words_of("contactEmail"),
        "uscc": words_of("uscc"),
        "parent_id": words_of("parentId"),
    },
    indexed_by=(("updated_at",),),
    sparsely_indexed_by=(
        ("uscc",),
        ("region",),
        ("level",),
        ("last_follow_up_at",),
        ("next_contact_at",),
        ("open_opportunity_cents",),
        ("outstanding_cents",),
        ("owner_id", "assigned_at"),
        ("owner_id", "last_follow_up_at"),
        ("owner_id", "next_contact_at"),
    ),
    rollups=(_OF_FOLLOW_UPS, _OF_TASKS, _OF_OPPORTUNITIES, _OF_CONTRACTS),
    shared_with_members=shared_with_members("id", written=True),
    names_shared=True,
    owner_writes=True,
    descriptions={
        "list": "List customers, newest first. With X-User-Id, only those of that user.\n\n"
        "`phone` and `email` find the customers of a number or an address, wholly given.",
        "create": "Create a customer. Its name is unique in the tenant.",
        "get": "One customer, with the phone number masked.",
        "update": "Change a customer by a JSON merge patch; `ownerId` hands it over.\n\n"
        "With `withOpportunities=true` the open opportunities of the former owner go along.",
        "delete": "Delete a customer with all that hangs on it; one with contracts stays.",
        "restore": "Restore a deleted customer, with all that was deleted along with it.\n\n"
        "One that is not deleted stays as it is.",
    },
)
