"""A resource that refers to people says what their erasure does to it, or the service does not
start."""

import pytest

from crm_cell.fields import (
    CASCADE,
    DELETE,
    KEEP,
    RESTRICT,
    OnErase,
    money,
    phone,
    reference,
    text,
)
from crm_cell.registry import make_registry
from crm_cell.resources.errors import InvalidDeclaration
from crm_cell.resources.record import Record
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource, Resource

LABEL = ("测试", "Test")


class Member(Record):
    name: str = text(1, 200, label=LABEL)
    phone: str | None = phone(label=LABEL)


class Silent(Record):
    member_id: str | None = reference("members", on_delete=KEEP, label=LABEL)


class Deleted(Record):
    member_id: str = reference("members", on_delete=CASCADE, label=LABEL)


class SilentBelow(Record):
    deleted_id: str | None = reference("deleted", on_delete=KEEP, label=LABEL)


class Contradictory(Record):
    member_id: str = reference("members", on_delete=RESTRICT, on_erase=DELETE, label=LABEL)


class Money(Record):
    member_id: str = reference("members", on_delete=RESTRICT, label=LABEL)
    amount_cents: int = money(label=LABEL)


class Account(Record):
    phone: str = phone(label=LABEL)


members = Resource(Member, path="/members", label=LABEL, title="name")
deleted = Resource(Deleted, path="/deleted", label=LABEL)


def declared(record: type[Record], path: str, **options: bool) -> AnyResource:
    return Resource(record, path=path, label=LABEL, **options)  # type: ignore[arg-type]  # flags


SAY = "add on_erase=DELETE or on_erase=ANONYMISE: what becomes of it when a"
FAULTY: dict[str, tuple[list[AnyResource], tuple[str, ...]]] = {
    "a reference to a person": (
        [members, declared(Silent, "/silent")],
        (
            f"Silent.member_id: {SAY} person is erased, and with them their members record:",
            "deleted for good, or both stay without personal text",
        ),
    ),
    "a reference to what is deleted with a person": (
        [members, deleted, declared(SilentBelow, "/silent")],
        (
            f"SilentBelow.deleted_id: {SAY} person is erased, and with them their deleted record:",
            "deleted for good, or both stay without personal text",
        ),
    ),
    "a contradiction": (
        [members, declared(Contradictory, "/contradictory")],
        (
            "Contradictory.member_id: on_delete=RESTRICT keeps the other record,",
            "on_erase=DELETE does not: say on_erase=ANONYMISE, or another on_delete",
        ),
    ),
    "a person who may stay with a name": (
        [members, declared(Money, "/money")],
        (
            "Member: add personal=True to those of its texts (name) that name or describe a",
            "person: a record stays where an ANONYMISE reference leads to it or to what belongs",
            "to it",
        ),
    ),
    "a number that cannot be cleared": (
        [declared(Account, "/accounts", is_organisation=True)],
        ("Account.phone: let it be null (str | None): erasing a person clears it",),
    ),
}


def test_the_registry_says_it_of_every_reference_to_what_may_be_erased() -> None:
    registry = make_registry()
    erased = {each.table for each in registry if registry.erasure.erases(each)}
    assert erased >= {"customers", "contacts", "opportunities", "follow_ups"}
    assert erased.isdisjoint({"contracts", "payments"})
    on_erase = {
        f"{resource.table}.{field.name}": field.reference.on_erase
        for resource in registry
        for field in resource.references
        if field.reference is not None and field.reference.path in erased
    }
    silent = [name for name, value in on_erase.items() if value is None]
    assert silent == [], f"{silent}: add on_erase=DELETE or on_erase=ANONYMISE"
    anonymising = {name for name, value in on_erase.items() if value is OnErase.ANONYMISE}
    assert anonymising == {"contracts.customer_id", "contracts.opportunity_id"}


def test_records_are_erased_after_those_that_refer_to_them() -> None:
    registry = make_registry()
    order = registry.erasure.children_first
    for parent in order:
        for child, _ in registry.erasure.cascading(parent):
            assert order.index(child) < order.index(parent)
    people = [each.table for each in registry.erasure.people]
    assert people.index("customers") < people.index("contacts")


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_declaration_is_refused_with_what_to_add(fault: str) -> None:
    resources, lines = FAULTY[fault]
    with pytest.raises(InvalidDeclaration) as refused:
        Registry(*resources)
    assert str(refused.value) == f"tests/privacy/test_declarations.py: {' '.join(lines)}"
