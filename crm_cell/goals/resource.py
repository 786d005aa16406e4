"""Goals: what a user is to win or to receive in a month."""

from crm_cell import fields as f
from crm_cell.kernel.money import DEFAULT_CURRENCY
from crm_cell.resources.record import Record
from crm_cell.resources.resource import CRUD, EXPORT, IMPORT, RESTORE, Resource

WON = "won"
KINDS = {WON: ("赢单金额", "won deals"), "received": ("回款金额", "payments received")}


class Goal(Record):
    user_id: str | None = f.owner(label=("目标人", "User"))
    period: str = f.month(("月份", "Month"))
    kind: str = f.enum(KINDS, ("目标类型", "Kind"), default=WON)
    amount_cents: int = f.money(label=("目标金额", "Amount"))
    currency: str = f.currency(default=DEFAULT_CURRENCY)
    remark: str | None = f.text(1, 200, ("备注", "Remark"), examples=["含续约"])


goals = Resource(
    Goal,
    path="/goals",
    label=("业绩目标", "Goal"),
    verbs=CRUD | RESTORE | EXPORT | IMPORT,
    description="What a user is to win or to receive in a month.",
    checks={"amount": "amount_cents >= 0"},
    indexed_by=(("period",),),
    descriptions={
        "list": "List goals, newest first.",
        "create": "Set a goal. Goals of one user, month, kind and currency add up.",
        "get": "One goal.",
    },
)
