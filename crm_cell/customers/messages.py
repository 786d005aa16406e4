"""Messages about customers."""

from typing import Final

from crm_cell.kernel.messages import Message

NAME_TAKEN_BY: Final = Message(
    "name_taken_by",
    "现由客户「{name}」（{id}）使用",
    'It is now the name of the customer "{name}" ({id})',
)
IMPORT_DIFFERS: Final = Message(
    "import_differs",
    "该客户已存在且内容不同（{members}），导入不会修改客户",
    "This customer exists and differs in {members}; an import changes no customer",
)
ACCESS_WHOLE_TENANT: Final = Message(
    "access_whole_tenant", "调用方可查看整个租户", "The caller sees the whole tenant"
)
ACCESS_OWNER: Final = Message("access_owner", "该用户是客户负责人", "The user owns the customer")
ACCESS_OPPORTUNITY_OWNER: Final = Message(
    "access_opportunity_owner",
    "该用户负责客户的一个商机",
    "The user owns an opportunity with the customer",
)
ACCESS_COLLABORATOR: Final = Message(
    "access_collaborator",
    "该用户是客户的协作人",
    "The user is a collaborator of the customer",
)
ACCESS_TEAM_LEADER: Final = Message(
    "access_team_leader",
    "该用户领导客户或其商机负责人所在的团队，需权限 crm:team",
    "The user leads somebody who owns the customer or an opportunity with it: seen with the scope"
    " crm:team",
)
ACCESS_OTHER_OWNER: Final = Message(
    "access_other_owner",
    "客户由他人负责，只有权限 crm:all 可见",
    "Somebody else owns the customer: only with the scope crm:all is it seen",
)
ACCESS_NO_OWNER: Final = Message(
    "access_no_owner",
    "客户没有负责人，只有权限 crm:all 可见",
    "Nobody owns the customer: only with the scope crm:all is it seen",
)
