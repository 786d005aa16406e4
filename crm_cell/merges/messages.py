"""Messages about merges."""

from typing import Final

from crm_cell.kernel.messages import Message

MERGE_UNKNOWN: Final = Message("merge_unknown", "合并不存在", "The merge does not exist")
WITH_ITSELF: Final = Message(
    "merge_with_itself", "不能与自身合并", "is the customer into which the others are merged"
)
TWICE: Final = Message("merged_twice", "客户重复", "is named twice")
MERGED_ALREADY: Final = Message(
    "merged_already", "客户已合并到其他客户", "The customer has been merged into another one"
)
AT: Final = Message("merge_place", "fromIds[{place}]", "fromIds[{place}]")
NOT_PART: Final = Message(
    "not_part_of_merge", "应为参与合并的客户", "is not one of the customers of this merge"
)
NOT_AN_ID: Final = Message("not_a_customer_id", "应为客户编号", "is not the id of a customer")
UNDONE: Final = Message("merge_undone", "合并已撤销", "The merge has been undone")
TOO_LATE: Final = Message(
    "merge_too_late", "合并已超过 {days} 天，不能撤销", "A merge can be undone for {days} days"
)
REMOVED: Final = Message(
    "merged_removed",
    "被合并的客户已彻底清除，不能撤销",
    "A customer that was merged has been removed for good",
)
