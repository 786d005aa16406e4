"""The rules of payments: currency and owner of the contract, and its sum of payments."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from crm_cell.contracts.messages import PAID_TOO_LARGE
from crm_cell.contracts.resource import Contract, contracts
from crm_cell.contracts.service import ContractService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import CrmError, IdempotentConflict, RuleViolation
from crm_cell.payments.resource import Payment
from crm_cell.resources.messages import IDEMPOTENT_MONEY
from crm_cell.resources.service import Parents, Service, Values, Write
from crm_cell.storage.engine import Tx


class PaymentService(Service[Payment]):
    rejections: ClassVar[Mapping[str, Sequence[str | CrmError]]] = {
        "create": [RuleViolation(PAID_TOO_LARGE)]
    }

    async def resolve_references(self, tx: Tx, actor: Actor, values: Values) -> Parents:
        """Locks the contract exclusively, because its sum of payments changes."""
        contract = await self.services.of(contracts).resolve(
            tx, actor, values["contract_id"], owned=True, exclusive=True
        )
        return {"contract_id": contract}

    async def prepare(self, write: Write[Payment]) -> Payment:
        """Copies the currency of the contract."""
        return msgspec.structs.replace(write.after, currency=_contract(write).currency)

    async def insert(self, write: Write[Payment]) -> None:
        """Raises IdempotentConflict for a key or request id that was ever used before. Adds the
        payment to the sum of its contract in the same transaction."""
        if not await self.store.insert_unless_taken(write.tx, write.after):
            raise IdempotentConflict(IDEMPOTENT_MONEY)
        contracts = self.services.get(ContractService)
        await contracts.add_payment(
            write.tx, write.actor, _contract(write), write.after.amount_cents
        )


def _contract(write: Write[Payment]) -> Contract:
    contract = write.parents["contract_id"]
    assert isinstance(contract, Contract), "the reference is to a contract"
    return contract
