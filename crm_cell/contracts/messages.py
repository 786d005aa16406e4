"""Messages about contracts."""

from typing import Final

from crm_cell.kernel.messages import Message

CURRENCY_HAS_PAYMENTS: Final = Message(
    "currency_has_payments",
    "已有回款的合同不能变更币种",
    "The currency of a contract with payments cannot change",
)
PAID_TOO_LARGE: Final = Message(
    "paid_too_large",
    "回款合计超出可表示范围",
    "The sum of payments is larger than can be represented",
)
