"""Messages about users and teams."""

from typing import Final

from crm_cell.kernel.messages import Message

USER_UNKNOWN: Final = Message("user_unknown", "用户不存在", "The user does not exist")
USER_LEFT: Final = Message("user_left", "用户已离职", "The user has left")
USER_AT: Final = Message("user_at", "{member}：用户 {user}", "{member}: the user {user}")
ADMINISTRATORS_ONLY: Final = Message(
    "administrators_only",
    "只有可查看整个租户的管理员才能这样做",
    "Only administrators who see the whole tenant may do this",
)
OWN_MEMBERS_ONLY: Final = Message(
    "own_members_only",
    "本人只能修改 name、locale、timeZone",
    "Users may change their own name, locale and timeZone",
)
STILL_OWNS: Final = Message(
    "still_owns",
    "用户名下还有记录，请先移交",
    "The user still owns records: transfer them first",
)
TEAM_UNKNOWN: Final = Message("team_unknown", "团队不存在", "The team does not exist")
TEAM_IN_CYCLE: Final = Message(
    "team_in_cycle",
    "不能是本团队或其下级团队",
    "cannot be the team itself or one below it",
)
TEAM_HAS_TEAMS: Final = Message(
    "team_has_teams",
    "团队还有下级团队，不能删除",
    "A team with teams below it cannot be deleted",
)
TOO_MANY_TEAMS: Final = Message(
    "too_many_teams", "团队已达上限 {limit} 个", "There can be {limit} teams"
)
