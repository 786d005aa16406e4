"""Labels of users, teams and handovers in the audit log."""

from typing import Final

from crm_cell.audit.labels import ResourceLabels

USER: Final = ResourceLabels(
    ("用户", "user"),
    {
        "name": ("姓名", "name"),
        "email": ("邮箱", "e-mail"),
        "status": ("状态", "status"),
        "locale": ("语言", "locale"),
        "timeZone": ("时区", "time zone"),
    },
    {"status": {"active": ("在职", "active"), "left": ("离职", "left")}},
)
HANDOVER: Final = ResourceLabels(
    ("移交", "handover"),
    {
        "fromUserId": ("移交人", "from"),
        "to": ("接收人", "to"),
        "undoneAt": ("撤销时间", "undone at"),
    },
    {},
)
TEAM: Final = ResourceLabels(
    ("团队", "team"),
    {
        "name": ("名称", "name"),
        "parentId": ("上级团队", "parent team"),
        "leaderIds": ("负责人", "leaders"),
        "memberIds": ("成员", "members"),
    },
    {},
)
