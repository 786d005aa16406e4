"""Labels of actions and API keys in the audit log. Other resources declare their own labels."""

from collections.abc import Mapping
from typing import Final

import msgspec

from crm_cell.kernel.labels import Label


class ResourceLabels(msgspec.Struct, frozen=True):
    """Labels of one type of record. English labels are in lower case, as within a sentence."""

    name: Label
    members: Mapping[str, Label]
    """By name on the wire."""
    values: Mapping[str, Mapping[int | str, Label]]
    """By member, the labels of its codes."""
    numbers: frozenset[str] = frozenset()
    """Members that are plain numbers; others that are stored as integers are times."""
    unsaid: frozenset[str] = frozenset()
    """Members that a sentence leaves out: times that follow from a change that it has."""


Labels = Mapping[str, ResourceLabels]
"""By type of record: customer, contact …"""

ACTIONS: Final[dict[str, Label]] = {
    "created": ("{who}新建了{what}", "{who} created {what}"),
    "updated": ("{who}修改了{what}", "{who} changed {what}"),
    "deleted": ("{who}删除了{what}", "{who} deleted {what}"),
    "restored": ("{who}恢复了{what}", "{who} restored {what}"),
    "revealed": ("{who}查看了{what}的完整信息", "{who} saw {what} in full"),
    "unmasked": (
        "{who}读取了{what}的完整联系方式",
        "{who} read the contact details of {what} in full",
    ),
    "exported": ("{who}导出了{what}的个人信息", "{who} exported what is held about {what}"),
    "purged": ("{what}已从回收站彻底清除", "{what} was removed from the recycle bin for good"),
    "erased": ("{who}抹除了{what}的个人信息", "{who} erased what was held about {what}"),
    "checked": ("{who}对{what}查重", "{who} checked {what} for duplicates"),
    "allowed_duplicate": (
        "{who}确认{what}不是重复",
        "{who} confirmed that {what} is no duplicate",
    ),
    "dismissed": ("{who}忽略了{what}", "{who} dismissed {what}"),
    "reopened": ("{who}恢复了{what}", "{who} reopened {what}"),
    "merged": ("{who}将其他客户合并到了{what}", "{who} merged other customers into {what}"),
    "unmerged": ("{who}撤销了{what}的合并", "{who} undid a merge into {what}"),
    "tested": ("{who}试导入了{what}", "{who} tested an import of {what}"),
}

SYSTEM: Final[Label] = ("系统", "The system")
NOTHING: Final[Label] = ("空", "nothing")
YES_AND_NO: Final[dict[bool, Label]] = {True: ("是", "yes"), False: ("否", "no")}

API_KEY: Final = ResourceLabels(
    ("API 密钥", "API key"),
    {
        "name": ("名称", "name"),
        "userId": ("用户", "user"),
        "scopes": ("权限", "scopes"),
        "expiresAt": ("到期时间", "end"),
        "revokedAt": ("吊销时间", "revocation"),
    },
    {},
)
