"""/customers: seven rows of the contract, import and export among them."""

import msgspec

from crm_cell.customers import exporting, importing, service
from crm_cell.customers.schemas import (
    AccessQuery,
    AccessView,
    CustomerCreate,
    CustomerImport,
    CustomerPatch,
    CustomerQuery,
    CustomerReveal,
    CustomerView,
    ExportQuery,
    HandoverQuery,
    ImportQuery,
    ImportView,
    RevealedCustomerView,
    in_full,
    shown,
)
from crm_cell.http.answers import NotKept, Resource, Stream
from crm_cell.http.files import ACCEPTED, FILES
from crm_cell.http.negotiation import preferred
from crm_cell.http.paging import Asked, ExportAsked, Page
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.request import Request
from crm_cell.http.routing import MIB, Routes
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, Forbidden, IdempotentConflict, RateLimited
from crm_cell.kernel.scopes import ADMIN, EXPORT, REVEAL
from crm_cell.reveals import dry_runs
from crm_cell.storage.engine import Database, Reader, Tx

customers = Routes(
    "/customers", tag="customers", missing="customer_not_found", recheck=service.recheck
)


@customers.read("", "客户列表")
async def list_(tx: Reader, actor: Actor, query: CustomerQuery, page: Asked) -> Page[CustomerView]:
    """List customers, newest first. With X-User-Id, only those of that user.

    `phone` and `email` find the customers of a number or an address, wholly given.
    """
    found = await service.list_(tx, actor, page, phone=query.phone, email=query.email)
    return page.answer(found, CustomerView.of)


@customers.write("POST", "", "创建客户", status=201, refusals=["DUPLICATE_NAME"])
async def create(tx: Tx, actor: Actor, body: CustomerCreate) -> Resource[CustomerView]:
    """Create a customer. Its name is unique in the tenant."""
    return shown(await service.create(tx, actor, **msgspec.structs.asdict(body)))


@customers.write(
    "POST",
    "/import",
    "批量导入客户",
    long=True,
    body_limit=8 * MIB,
    shown_ids=importing.imported_ids,
    refusals=[RateLimited(message="dry_runs_spent")],
)
async def import_(
    tx: Tx, actor: Actor, body: CustomerImport, query: ImportQuery, request: Request
) -> ImportView:
    """Create up to 2000 customers at once. Good rows go in, bad ones are reported.

    `dryRun=true` reports what would become of each row, and keeps nothing but an entry in the audit
    trail.
    """
    outcome = await importing.import_rows(tx, actor, body.items)
    report = importing.report(outcome, request.language, dry_run=query.dry_run)
    if query.dry_run:
        rows, taken = len(body.items), importing.taken_names(outcome)
        raise NotKept(
            report, lambda after: dry_runs.put_on_record(after, actor, rows=rows, taken=taken)
        )
    return report


@customers.plain(
    "/export",
    "导出客户",
    long=True,
    media=[kind.media for kind in FILES.values()],
    scope=EXPORT,
)
async def export(
    database: Database, actor: Actor, page: ExportAsked, query: ExportQuery, request: Request
) -> Page[CustomerView] | Stream:
    """A page of up to 1000 customers. As `csv`, `xlsx` or `ndjson` without `page`: all of them.

    Without `format` the header `Accept` decides, and JSON is what it is otherwise.
    """
    kind = query.format or preferred(request.headers.get("Accept"), ACCEPTED, "json")
    if kind != "json":
        return await exporting.stream(database, actor, kind, page)

    async def unit(tx: Reader) -> Page[CustomerView]:
        return page.answer(await service.list_(tx, actor, page), CustomerView.of)

    return await database.read("customers.export", actor.tenant, unit, long=True)


@customers.read("/{customer_id}", "客户详情")
async def get(tx: Reader, actor: Actor, customer_id: str) -> Resource[CustomerView]:
    """One customer, with the phone number masked."""
    return shown(await service.get(tx, actor, customer_id))


@customers.read("/{customer_id}/access", "访问说明", scope=ADMIN)
async def access(
    tx: Reader, actor: Actor, customer_id: str, query: AccessQuery, request: Request
) -> AccessView:
    """Why a user sees a customer, or does not; without `userId`, why the caller does."""
    access = await service.access(tx, actor, customer_id, query.user_id)
    return AccessView.of(access, request.language)


@customers.write(
    "PATCH",
    "/{customer_id}",
    "更新客户",
    refusals=[
        "DUPLICATE_NAME",
        Forbidden("forbidden_handover"),
        Forbidden("customer_of_colleague"),
    ],
)
async def update(
    tx: Tx,
    actor: Actor,
    customer_id: str,
    query: HandoverQuery,
    patch: Patch[CustomerPatch],
    condition: IfMatch,
) -> Resource[CustomerView]:
    """Change a customer by a JSON merge patch; `ownerId` hands it over.

    With `withOpportunities=true` the open opportunities of the former owner go along.
    """
    current = await service.get_own(tx, actor, customer_id)
    condition.require(current.version)
    changes = patch.against(CustomerView.of(current), current)
    updated = await service.update(
        tx, actor, current, changes, with_opportunities=query.with_opportunities
    )
    return shown(updated)


async def reveal_again(
    tx: Tx, actor: Actor, customer_id: str, body: CustomerReveal
) -> Resource[RevealedCustomerView]:
    """What a replay is answered: seen once, and counted once."""
    return in_full(await service.get_own(tx, actor, customer_id), body.fields)


@customers.write(
    "POST",
    "/{customer_id}/reveal",
    "查看完整联系方式",
    scope=REVEAL,
    refusals=[
        Forbidden("customer_of_colleague"),
        RateLimited(message="reveals_spent"),
        IdempotentConflict("idempotent_changed"),
    ],
    reread=reveal_again,
)
async def reveal(
    tx: Tx, actor: Actor, customer_id: str, body: CustomerReveal
) -> Resource[RevealedCustomerView]:
    """The full telephone number or e-mail address. Each time is counted and put on record.

    A repeated request shows it again and counts once; where the record has changed since, it is
    refused.
    """
    found = await service.reveal(tx, actor, customer_id, body.fields, body.reason)
    return in_full(found, body.fields)


@customers.write(
    "DELETE",
    "/{customer_id}",
    "删除客户",
    long=True,
    refusals=[Conflict("customer_has_contracts"), Forbidden("customer_of_colleague")],
)
async def delete(tx: Tx, actor: Actor, customer_id: str, condition: IfMatch) -> None:
    """Delete a customer with all that hangs on it; one with contracts stays."""
    current = await service.get_own(tx, actor, customer_id)
    condition.require(current.version)
    await service.delete(tx, actor, current)


@customers.write(
    "POST",
    "/{customer_id}/restore",
    "恢复客户",
    long=True,
    refusals=["DUPLICATE_NAME", Conflict("restore_erased"), Forbidden("customer_of_colleague")],
)
async def restore(tx: Tx, actor: Actor, customer_id: str) -> Resource[CustomerView]:
    """Restore a deleted customer, with all that was deleted along with it.

    One that is not deleted stays as it is.
    """
    return shown(await service.restore(tx, actor, customer_id))
