"""Contacts: the people at a customer."""

from crm_cell.customers.members.table import shared_with_members
from crm_cell.fields import (
    CASCADE,
    Writable,
    birthday,
    boolean,
    email,
    option,
    owner,
    phone,
    reference,
    tags,
    text,
    wechat,
)
from crm_cell.resources.record import Record
from crm_cell.resources.resource import (
    CRUD,
    EXPORT,
    IMPORT,
    RESTORE,
    REVEAL,
    Resource,
    SharedThrough,
    Unique,
)


class Contact(Record):
    customer_id: str = reference(
        "customers",
        on_delete=CASCADE,
        label=("所属客户", "Customer"),
        short_label=("客户", "customer"),
        filterable=True,
        writable=Writable.ON_CREATE,
    )
    name: str = text(
        1,
        200,
        label=("联系人姓名", "Contact name"),
        short_label=("名称", "name"),
        description=("名称", "The name"),
        examples=["李雷"],
        searchable=True,
    )
    phone: str | None = phone(label=("电话", "Phone"))
    email: str | None = email(label=("邮箱", "E-mail"))
    is_primary: bool = boolean(
        default=False,
        label=("首要联系人", "Primary contact"),
        short_label=("主要联系人", "primary contact"),
        description=("是否首要联系人", "Whether this is the customer's primary contact"),
        example=True,
    )
    owner_id: str | None = owner(of="customer_id")
    title: str | None = text(1, 100, ("职务", "Job title"), examples=["采购总监"], personal=True)
    department: str | None = text(
        1, 100, ("部门", "Department"), examples=["采购部"], personal=True
    )
    wechat: str | None = wechat(("微信", "WeChat"))
    role: str | None = option(
        {
            "decisionMaker": ("决策人", "decision maker"),
            "influencer": ("影响者", "influencer"),
            "user": ("使用者", "user"),
        },
        ("角色", "Role"),
    )
    birthday: str | None = birthday(("生日", "Birthday"))
    remark: str | None = text(
        1, 2000, ("备注", "Remark"), lines=True, examples=["先发资料，再约拜访"], personal=True
    )
    tags: str | None = tags()


contacts = Resource(
    Contact,
    path="/contacts",
    label=("联系人", "Contact"),
    verbs=CRUD | RESTORE | REVEAL | EXPORT | IMPORT,
    title="name",
    description="A contact of a customer; the phone number is masked.",
    tag_description="People at a customer; at most one of them is primary.",
    unique=(Unique(("customer_id",), where="is_primary = 1", name="one_primary"),),
    shared_through=(SharedThrough("opportunities", foreign="customer_id", local="customer_id"),),
    shared_with_members=shared_with_members(written=True, added=True),
    owner_writes=True,
    descriptions={
        "list": "List contacts, newest first, all or those of one customer.\n\n"
        "`phone` and `email` find the contacts of a number or an address, wholly given.",
        "create": "Add a contact to a customer. A new primary contact takes over from the one"
        " before.",
        "get": "One contact, with the phone number masked.",
        "update": "Change a contact by a JSON merge patch. It stays with its customer.",
        "delete": "Delete a contact. What mentions it stays as it is.",
        "restore": "Restore a deleted contact. One that is not deleted stays as it is.\n\n"
        "It comes back as an ordinary contact where its customer has another primary contact by"
        " now.",
    },
)
