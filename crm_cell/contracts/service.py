"""The rules of contracts: opportunity, currency, signing, payments."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from crm_cell.contracts import store
from crm_cell.contracts.messages import CURRENCY_HAS_PAYMENTS, PAID_TOO_LARGE
from crm_cell.contracts.resource import Contract
from crm_cell.contracts.store import ContractStore
from crm_cell.customers.resource import customers
from crm_cell.events.service import Details
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import CrmError, DuplicateContractNo, IdempotentConflict, RuleViolation
from crm_cell.opportunities.messages import NAME_YOUR_OPPORTUNITY
from crm_cell.opportunities.resource import opportunities
from crm_cell.resources.messages import IDEMPOTENT_MONEY, not_found, of_other_parent
from crm_cell.resources.record import Record, revised
from crm_cell.resources.service import Parents, Service, Values, Write
from crm_cell.resources.views import camel
from crm_cell.storage.counter_check import Difference
from crm_cell.storage.engine import Reader, Tx

_OPPORTUNITIES = (
    RuleViolation(not_found(opportunities)),
    RuleViolation(of_other_parent(opportunities, customers)),
    RuleViolation(NAME_YOUR_OPPORTUNITY),
)


class ContractService(Service[Contract]):
    resolves_references = False
    rejections: ClassVar[Mapping[str, Sequence[str | CrmError]]] = {
        "create": [RuleViolation(not_found(customers)), *_OPPORTUNITIES],
        "update": [RuleViolation(CURRENCY_HAS_PAYMENTS), *_OPPORTUNITIES],
    }
    store: "ContractStore"

    def make_store(self) -> "ContractStore":
        return ContractStore(
            self.resource, self.services.tables, search_texts=self.services.search_texts
        )

    async def resolve_references(self, tx: Tx, actor: Actor, values: Values) -> Parents:
        """Also accepts a colleague's customer; `prepare` then requires an opportunity."""
        found: dict[str, Record] = {}
        if values.get("customer_id") is not None:
            found["customer_id"] = await self.resolve_parent(
                tx, actor, customers.table, values["customer_id"]
            )
        return found

    async def wrong_sums(self, tx: Reader) -> list[Difference]:
        return await store.wrong_paid(tx)

    async def prepare(self, write: Write[Contract]) -> Contract:
        """Raises RuleViolation for an opportunity of another customer, and for a change of currency
        after the first payment."""
        before, after = write.before, write.after
        # For a colleague's customer, users may only add contracts to their own opportunities.
        if after.opportunity_id is None and not write.actor.may_see(after.owner_id):
            raise RuleViolation(NAME_YOUR_OPPORTUNITY)
        if write.values.get("opportunity_id") is not None:
            await self._check_opportunity(write.tx, write.actor, after)
        if before is not None and before.currency != after.currency and before.paid_cents > 0:
            raise RuleViolation(CURRENCY_HAS_PAYMENTS)
        return after

    async def _check_opportunity(self, tx: Reader, actor: Actor, contract: Contract) -> None:
        assert contract.opportunity_id is not None, "the request names it"
        deals = self.services.of(opportunities)
        found = await deals.store.find(tx, actor, contract.opportunity_id)
        if found is None or not await deals.may_refer(tx, actor, found):
            raise RuleViolation(not_found(opportunities))
        if found.customer_id != contract.customer_id:
            raise RuleViolation(of_other_parent(opportunities, customers))

    async def insert(self, write: Write[Contract]) -> None:
        """Raises IdempotentConflict for a key or a request id that was ever used before, else
        DuplicateContractNo. The order matters, because a repeated request repeats the number."""
        tx, contract = write.tx, write.after
        if await self.store.insert_unless_taken(tx, contract):
            return
        if await self.store.is_entered(tx, contract):
            raise IdempotentConflict(IDEMPOTENT_MONEY)
        raise DuplicateContractNo

    async def finish(self, write: Write[Contract]) -> None:
        was_signed = write.before is not None and write.before.is_signed
        if write.after.is_signed and not was_signed:
            await self.changes.emit(write.tx, write.actor, "signed", write.after)

    async def add_payment(
        self, tx: Tx, actor: Actor, contract: Contract, amount_cents: int
    ) -> None:
        """Add a payment to the contract, without an audit entry besides that of the payment."""
        if not await self.store.add_paid(tx, contract, amount_cents):
            raise RuleViolation(PAID_TOO_LARGE)
        paid = revised(contract, {"paid_cents": contract.paid_cents + amount_cents}, tx.now)
        details = Details(paid.version, [camel("paid_cents"), camel("outstanding_cents")])
        await self.changes.emit(tx, actor, "updated", paid, [details])
