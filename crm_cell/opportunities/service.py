"""The rules of opportunities: consistent stage and status, with a history of their changes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET

from crm_cell.customers.resource import WITH_OPPORTUNITIES, Customer
from crm_cell.fields import Field
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, CrmError, RuleViolation
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.opportunities import store
from crm_cell.opportunities.funnel import FunnelRow
from crm_cell.opportunities.history import Change, step
from crm_cell.opportunities.messages import STAGE_AND_STATUS_DISAGREE
from crm_cell.opportunities.resource import Opportunity
from crm_cell.opportunities.rules import DealRules
from crm_cell.opportunities.stages import FIRST_STAGE, LAST_OPEN_STAGE, stage_and_status
from crm_cell.opportunities.store import BoardSum, OpportunityStore
from crm_cell.resources.resource import Resource
from crm_cell.resources.service import Service, Transfer, Write
from crm_cell.resources.services import Services
from crm_cell.storage.counter_check import Difference
from crm_cell.storage.engine import Reader, Tx

_DISAGREE = RuleViolation(STAGE_AND_STATUS_DISAGREE)


class OpportunityService(Service[Opportunity]):
    rejections: ClassVar[Mapping[str, Sequence[str | CrmError]]] = {
        "create": [_DISAGREE],
        "update": [_DISAGREE],
    }
    store: OpportunityStore

    def __init__(
        self,
        resource: Resource[Opportunity],
        services: Services,
        rules: DealRules = DealRules(),  # noqa: B008 - immutable
    ) -> None:
        self.rules = rules
        super().__init__(resource, services)
        self._labels = {
            name: each.label for name, each in resource.fields.items() if each.label is not None
        }

    def make_store(self) -> OpportunityStore:
        return OpportunityStore(
            self.resource,
            self.services.tables,
            self.rules,
            search_texts=self.services.search_texts,
        )

    async def wrong_sums(self, tx: Reader) -> list[Difference]:
        return await store.wrong_funnel(tx)

    async def prepare(self, write: Write[Opportunity]) -> Opportunity:
        """Makes stage and status consistent, and notes since when. Raises RuleViolation if the
        request's disagree, and BadRequest without what the stage requires."""
        before, after = write.before, await self._staged(write)
        moved = before is None or before.stage != after.stage
        found: dict[str, Any] = {}
        if moved:
            found["stage_since"] = write.tx.now
        if before is None or before.status != after.status:
            found["closed_at"] = None if after.is_open else write.tx.now
        if before is not None and _is_later(before.expected_close_on, after.expected_close_on):
            found["pushed_count"] = (before.pushed_count or 0) + 1
        if self.rules.required and (
            faults := self.rules.missing(after, moved, write.values, self._labels)
        ):
            raise BadRequest(faults)
        return msgspec.structs.replace(after, **found) if found else after

    async def _staged(self, write: Write[Opportunity]) -> Opportunity:
        if write.before is None:
            return self._prepare_new(write)
        stage, status = write.values.get("stage"), write.values.get("status")
        if stage is None and status is None:
            return write.after
        last_open = None
        if status is not None:
            last_open = await store.stage_when_last_open(write.tx, write.before)
        stage, status = stage_and_status(stage, status, open_stage=last_open or LAST_OPEN_STAGE)
        return msgspec.structs.replace(write.after, stage=stage, status=status)

    def _prepare_new(self, write: Write[Opportunity]) -> Opportunity:
        """The default owner is that of the customer."""
        new = write.after
        stage, status = stage_and_status(
            _given(new.stage), _given(new.status), open_stage=FIRST_STAGE
        )
        customer = write.parents["customer_id"]
        assert isinstance(customer, Customer), "the reference is to a customer"
        owner = new.owner_id or customer.owner_id
        return msgspec.structs.replace(new, stage=stage, status=status, owner_id=owner)

    async def finish(self, write: Write[Opportunity]) -> None:
        """Writes the history, and the event `closed` when an opportunity is won or lost."""
        tx, actor, before, after = write.tx, write.actor, write.before, write.after
        change = step(actor, new_id(tx.id_time), tx.now, before, after)
        if change is not None:
            await store.add_change(tx, change)
        if not after.is_open and (before is None or before.is_open):
            await self.changes.emit(tx, actor, "closed", after)

    async def history(
        self, tx: Reader, actor: Actor, opportunity_id: str, page_request: PageRequest
    ) -> Slice[Change]:
        return await store.history(tx, await self.get(tx, actor, opportunity_id), page_request)

    async def parent_transferred(
        self, tx: Tx, actor: Actor, _field: Field, transfer: Transfer
    ) -> None:
        """Opportunities have their own owners, so a transfer of the customer does not change them.
        The option `with_opportunities` transfers open opportunities of the former owner."""
        if WITH_OPPORTUNITIES not in transfer.options:
            return
        for customer in transfer.ids:
            for each in await self.store.open_of(tx, actor.tenant, customer, transfer.before):
                await self.update(tx, actor, each, {"owner_id": transfer.after})

    async def board_sums(self, tx: Reader, actor: Actor) -> list[BoardSum]:
        """Of all that the caller owns, from the maintained sums. Raises QueryTooBroad."""
        return await store.board_sums(tx, actor, await self.funnel(tx, actor))

    async def funnel(
        self,
        tx: Reader,
        actor: Actor,
        *,
        owner: str | None = None,
        currency: str | None = None,
        by_owner: bool = False,
    ) -> list[FunnelRow]:
        """Maintained sums by stage, status and currency, without a scan."""
        return await store.funnel(tx, actor, named=owner, currency=currency, by_owner=by_owner)

    async def funnel_between(
        self,
        tx: Reader,
        actor: Actor,
        begin: int | None,
        end: int | None,
        *,
        owner: str | None = None,
        currency: str | None = None,
        by_owner: bool = False,
    ) -> list[FunnelRow]:
        """Sums of the opportunities created in [begin, end). A scan, so only for `long` reads.
        Raises QueryTooBroad."""
        return await store.funnel_between(
            tx, actor, begin, end, named=owner, currency=currency, by_owner=by_owner
        )


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _is_later(before: str | None, after: str | None) -> bool:
    """Of two days."""
    return before is not None and after is not None and after > before
