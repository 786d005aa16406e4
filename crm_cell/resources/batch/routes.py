"""POST /{resource}/batch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic

from crm_cell.http.request import Request
from crm_cell.http.responses import RolledBack
from crm_cell.http.routing import MIB
from crm_cell.http.schema import View
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, RateLimited
from crm_cell.resources.batch.batch_writer import BatchWriter
from crm_cell.resources.batch.bulk import BulkRoutes
from crm_cell.resources.batch.item_writer import ItemWriter
from crm_cell.resources.batch.items import Batch, ItemReader
from crm_cell.resources.batch.outcomes import Outcome
from crm_cell.resources.batch.schemas import (
    batch_body,
    batch_view,
    matches,
    result_type,
    results,
    shown_ids,
)
from crm_cell.resources.batch.set_writer import SetWriter
from crm_cell.resources.handlers import described
from crm_cell.resources.record import R
from crm_cell.reveals import dry_runs
from crm_cell.reveals.messages import DRY_RUNS_SPENT
from crm_cell.storage.engine import Tx

if TYPE_CHECKING:
    from crm_cell.resources.routing import ResourceRoutes

_TAKEN = 409


class BatchRoutes(Generic[R]):
    """Added to the declared routes of a resource."""

    def __init__(self, declared: "ResourceRoutes[R]") -> None:
        self._declared = declared
        self._resource = declared.resource
        self._service = service = declared.service
        self._reader = ItemReader(declared.resource)
        items = ItemWriter(service, declared.create_body, declared.patch, declared.make_view)
        self._writer = BatchWriter(items, SetWriter(items) if service.writes_in_sets else None)
        self._result = result_type(declared.resource, declared.view)
        self._view: type[View] = batch_view(declared.resource, self._result)

    def add(self) -> None:
        resource = self._resource
        text = (
            f"Create, change or delete up to 1000 {resource.tag} at once.\n\n"
            "The results are in the order of the items, each with the status that a request of its"
            " own would have. Where one fails the others are written, unless `atomic` is true."
        )
        parameters: dict[str, Any] = {
            "tx": Tx,
            "actor": Actor,
            "body": batch_body(resource),
            "request": Request,
        }
        self._declared.routes.write(
            "POST",
            "/batch",
            f"批量写入{resource.label[0]}",
            long=True,
            body_limit=8 * MIB,
            shown_ids=shown_ids,
            rejections=[RateLimited(message=DRY_RUNS_SPENT)],
        )(described(self._batch, "batch", text, parameters, self._view))
        BulkRoutes(self._declared, self._writer).add()

    async def _batch(self, tx: Tx, actor: Actor, body: Any, request: Request) -> View:
        outcomes = await self._writer.write(tx, actor, self._read(body), atomic=body.atomic)
        answer = self._view(
            failed=sum(each.error is not None for each in outcomes),
            dry_run=body.dry_run,
            results=results(
                tx,
                outcomes,
                self._result,
                self._declared.make_view,
                request.language,
                dry_run=body.dry_run,
            ),
        )
        if body.dry_run:
            raise self._tried(actor, answer, outcomes)
        return answer

    def _read(self, body: Any) -> Batch:
        """Raises BadRequest."""
        source = body.source or None
        match = body.match or ("external" if source else "id")
        allowed = matches(self._resource, body.mode)
        if match not in allowed:
            raise BadRequest([FieldError("match", "not_one_of", {"allowed": ", ".join(allowed)})])
        if match == "external" and source is None:
            raise BadRequest([FieldError("source", "required")])
        return self._reader.read(body.mode, match, source, body.items)

    def _tried(self, actor: Actor, answer: View, outcomes: Sequence[Outcome[R]]) -> RolledBack:
        """What a dry run is answered. It tells which names and external ids are taken."""
        taken = sum(each.status == _TAKEN for each in outcomes)
        most = self._service.services.limits.dry_run_rows_per_day
        return RolledBack(
            answer,
            lambda after: dry_runs.record(
                after, actor, self._resource.name, rows=len(outcomes), taken=taken, most=most
            ),
        )
