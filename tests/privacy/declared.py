"""Resources that exist in tests alone, and their tables: nothing in the service names them."""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from crm_cell.customers.service import CustomerService
from crm_cell.fields import (
    CASCADE,
    DELETE,
    KEEP,
    RESTRICT,
    instant,
    money,
    owner,
    phone,
    reference,
    text,
)
from crm_cell.matching.guard import DuplicateGuard
from crm_cell.opportunities.resource import opportunities
from crm_cell.opportunities.rules import DealRules
from crm_cell.opportunities.service import OpportunityService
from crm_cell.people.directory import Directory, Mode
from crm_cell.registry import make_services
from crm_cell.resources.record import Record
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import CRUD, RESTORE, AnyResource, Resource, Verbs
from crm_cell.resources.services import Limits, Services
from crm_cell.resources.tables import with_conditions
from tests.databases import Datastore, SqliteFile


class Lead(Record):
    name: str = text(1, 200, label=("姓名", "Name"))
    phone: str | None = phone(label=("电话", "Phone"))
    owner_id: str | None = owner()


class Visit(Record):
    customer_id: str | None = reference(
        "customers", on_delete=CASCADE, label=("客户", "Customer"), filterable=True
    )
    contact_id: str | None = reference(
        "contacts", on_delete=KEEP, on_erase=DELETE, label=("联系人", "Contact")
    )
    lead_id: str | None = reference(
        "leads", on_delete=KEEP, on_erase=DELETE, label=("线索", "Lead")
    )
    note: str = text(1, 200, label=("记录", "Note"))
    due_at: int | None = instant(label=("时间", "Due"))
    owner_id: str | None = owner(of="customer_id")


class VisitItem(Record):
    visit_id: str = reference("visits", on_delete=KEEP, on_erase=DELETE, label=("拜访", "Visit"))
    remark: str = text(1, 200, label=("备注", "Remark"))


class Invoice(Record):
    """Money, with a text that names the person."""

    customer_id: str = reference("customers", on_delete=RESTRICT, label=("客户", "Customer"))
    billing_name: str = text(1, 200, label=("抬头", "Billing name"), personal=True)
    amount_cents: int = money(label=("金额", "Amount"))
    owner_id: str | None = owner(of="customer_id")


ADDED = (
    Resource(Lead, path="/leads", label=("线索", "Lead"), verbs=CRUD | RESTORE, title="name"),
    Resource(Visit, path="/visits", label=("拜访", "Visit"), verbs=CRUD | RESTORE),
    Resource(VisitItem, path="/visit-items", label=("拜访事项", "Visit item"), verbs=CRUD),
    Resource(
        Invoice,
        path="/invoices",
        label=("发票", "Invoice"),
        verbs=Verbs.LIST | Verbs.READ | Verbs.CREATE,
    ),
)


def more_services(
    limits: Limits,
    *,
    search_texts: bool = False,
    deals: DealRules | None = None,
    users: Mode = "auto",
) -> Services:
    """Those of the service, and of the added resources."""
    services = list(make_services(limits))
    registry = Registry(*(each.resource for each in services), *ADDED)
    kinds: dict[AnyResource, Any] = {each.resource: type(each) for each in services}
    kinds[opportunities] = partial(OpportunityService, rules=deals or DealRules())
    made = Services(registry, kinds, limits, search_texts=search_texts, directory=Directory(users))
    made.get(CustomerService).guard = DuplicateGuard(made)
    return made


def add_tables(datastore: Datastore) -> None:
    """As a migration would."""
    engine = "sqlite" if isinstance(datastore, SqliteFile) else "postgresql"
    dialect = sa.create_mock_engine(f"{engine}://", lambda *_: None).dialect
    declared = with_conditions(more_services(Limits()).tables)
    tables = [declared.tables[resource.table] for resource in ADDED]
    for table in tables:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements: list[sa.ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
        for statement in statements:
            datastore.rows(str(statement.compile(dialect=dialect)))
        if not isinstance(datastore, SqliteFile):
            _protect(datastore, table)


def _protect(datastore: Datastore, table: sa.Table) -> None:
    """Row-level security, and the rights of both roles."""
    for statement in (
        f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY one_tenant ON {table.name} TO crm_app USING (tenant_id = named_tenant())",
        f"CREATE POLICY every_tenant ON {table.name} TO crm_upkeep USING (true)",
        f"GRANT SELECT, INSERT, UPDATE ON {table.name} TO crm_app",
        f"GRANT SELECT, UPDATE, DELETE ON {table.name} TO crm_upkeep",
    ):
        datastore.rows(statement)
