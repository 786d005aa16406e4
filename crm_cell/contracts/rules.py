"""What a contract is, and what may become of one."""

from enum import IntEnum
from typing import Any, ClassVar

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, revised
from crm_cell.kernel.errors import RuleViolation
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.kernel.text import name_key


class Status(IntEnum):
    DRAFT = 1
    SIGNED = 2
    COMPLETED = 3
    TERMINATED = 4


class Contract(Entity, frozen=True):
    resource: ClassVar[str] = "contract"
    named_by: ClassVar[str | None] = "contract_no"
    private: ClassVar[frozenset[str]] = frozenset({"contract_no_key", "request_key", "request_id"})
    computed: ClassVar[tuple[str, ...]] = ("outstanding_cents",)

    customer_id: str
    opportunity_id: str | None
    owner_id: str | None
    contract_no: str
    contract_no_key: str
    amount_cents: int
    currency: str
    status: int
    signed_at: str | None
    paid_cents: int
    request_key: str | None
    request_id: str | None

    @property
    def outstanding_cents(self) -> int:
        """Negative when more has been paid than was agreed."""
        return self.amount_cents - self.paid_cents

    @property
    def is_signed(self) -> bool:
        """By its status or by its date: people fill in whichever they learn first."""
        return self.status == Status.SIGNED or self.signed_at is not None


def new_contract(
    actor: Actor,
    identifier: str,
    now: int,
    *,
    customer_id: str,
    owner_id: str | None,
    contract_no: str,
    amount_cents: int,
    opportunity_id: str | None = None,
    currency: str = DEFAULT_CURRENCY,
    status: int = Status.DRAFT,
    signed_at: str | None = None,
) -> Contract:
    """`owner_id` is the customer's owner: a contract is seen by whoever sees its customer."""
    return Contract(
        tenant_id=actor.tenant,
        id=identifier,
        version=1,
        created_at=now,
        updated_at=now,
        customer_id=customer_id,
        opportunity_id=opportunity_id,
        owner_id=owner_id,
        contract_no=contract_no,
        contract_no_key=name_key(contract_no),
        amount_cents=amount_cents,
        currency=currency,
        status=status,
        signed_at=signed_at,
        paid_cents=0,
        request_key=actor.key,
        request_id=actor.lasting_request_id,
    )


def changed(contract: Contract, changes: dict[str, Any], now: int) -> Contract:
    """The contract after `changes`; raises RuleViolation for another currency once money is in."""
    if "currency" in changes and contract.paid_cents > 0:
        raise RuleViolation("currency_has_payments")
    if "contract_no" in changes:
        changes = {**changes, "contract_no_key": name_key(changes["contract_no"])}
    return revised(contract, changes, now)


def becomes_signed(before: Contract | None, after: Contract) -> bool:
    """Whether this is the step that signs it; a new contract has no `before`."""
    return after.is_signed and not (before is not None and before.is_signed)
