"""/customers beyond the declared routes: transfer of ownership, import, access."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta

from crm_cell.customers import importing
from crm_cell.customers.access import AccessQuery, AccessView
from crm_cell.customers.file_schemas import CustomerImport, ImportView
from crm_cell.customers.members.routes import add_members
from crm_cell.customers.members.service import MemberService
from crm_cell.customers.resource import WITH_OPPORTUNITIES, Customer
from crm_cell.customers.service import CustomerService
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.request import Request
from crm_cell.http.responses import Resource as ResourceAnswer
from crm_cell.http.responses import RolledBack
from crm_cell.http.routing import MIB
from crm_cell.http.schema import Patch, Query
from crm_cell.http.uploads import Upload
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Merged, RateLimited
from crm_cell.kernel.scopes import ADMIN
from crm_cell.resources.importing.importer import Importer
from crm_cell.resources.importing.routes import MOST_ROWS, ImportQuery, how_of
from crm_cell.resources.importing.table import upload_reader
from crm_cell.resources.routing import ResourceRoutes
from crm_cell.reveals import dry_runs
from crm_cell.reveals.messages import DRY_RUNS_SPENT
from crm_cell.storage.engine import Reader, Tx


class TransferQuery(Query):
    narrows: ClassVar[bool] = False

    with_opportunities: Annotated[
        bool,
        Meta(
            description="连同原负责人的进行中商机一起移交"
            " · Also transfer open opportunities of the former owner"
        ),
    ] = False


class CustomerRoutes(ResourceRoutes[Customer]):
    service: CustomerService

    @property
    def update_parameters(self) -> dict[str, Any]:
        """Adds the query parameter `withOpportunities`."""
        identifier, *others = super().update_parameters.items()
        return dict([identifier, ("query", TransferQuery), *others])

    async def _update(  # type: ignore[override]  # has one more parameter, the query
        self,
        tx: Tx,
        actor: Actor,
        identifier: str,
        query: TransferQuery,
        patch: Patch[Any],
        condition: IfMatch,
    ) -> ResourceAnswer[Any]:
        current = await self.service.get_writable(tx, actor, identifier)
        changes = self.changes(current, patch, condition)
        options = frozenset({WITH_OPPORTUNITIES} if query.with_opportunities else ())
        return self.answer(
            tx, await self.service.update(tx, actor, current, changes, options=options)
        )

    def add_own(self) -> None:
        service, limits = self.service, self.service.services.limits
        importer = Importer(service, (self.create_body, self.patch), self.make_view)

        @self.routes.write(
            "POST",
            "/import",
            "批量导入客户",
            long=True,
            body_limit=8 * MIB,
            shown_ids=importing.imported_ids,
            rejections=[RateLimited(message=DRY_RUNS_SPENT)],
            read_file=upload_reader(importer.headings, MOST_ROWS),
        )
        async def import_(
            tx: Tx, actor: Actor, body: CustomerImport, query: ImportQuery, request: Request
        ) -> ImportView:
            """Create up to 2000 customers at once. Good rows go in, bad ones are reported.

            `dryRun=true` reports what would become of each row, and writes nothing but an entry in
            the audit log. A file as the body, or `mode=upsert`, is answered like the import of
            other resources: with the outcome of each row, its faults by cell, and the columns.
            """
            if isinstance(body, Upload) or query.mode == "upsert":
                found: ImportView = await importer.run(
                    tx, actor, body, how_of(query, request.language)
                )
                return found
            outcome = await importing.import_rows(tx, actor, service, body.items)
            report = importing.report(tx, outcome, request.language, dry_run=query.dry_run)
            if query.dry_run:
                rows, taken = len(body.items), importing.taken_names(outcome)
                most = limits.dry_run_rows_per_day
                raise RolledBack(
                    report,
                    lambda after: dry_runs.record(
                        after, actor, service.resource.name, rows=rows, taken=taken, most=most
                    ),
                )
            return report

        add_members(self.routes, MemberService(self.service.services), service.owned_by_colleague)

        @self.routes.read("/{customer_id}/access", "访问说明", scope=ADMIN, rejections=[Merged()])
        async def access(
            tx: Reader, actor: Actor, customer_id: str, query: AccessQuery, request: Request
        ) -> AccessView:
            """Why a user sees a customer, or does not; without `userId`, why the caller does."""
            found = await service.access(tx, actor, customer_id, query.user_id)
            return AccessView.of(found, request.language)
