"""The users of the tenant, their teams, and the tags that they use."""

from crm_cell.demo import words
from crm_cell.handovers.holdings import Holdings
from crm_cell.kernel.actor import Actor
from crm_cell.people.teams import service as teams
from crm_cell.people.users.service import UserService
from crm_cell.resources.services import Services
from crm_cell.resources.tag_merging import TagReplacement
from crm_cell.storage.engine import Tx
from crm_cell.tags.service import TagService

_HEAD, _LEADER, _MEMBER = "zhang.min", "li.na", "wang.wei"


async def hire(tx: Tx, actor: Actor, services: Services) -> None:
    users = UserService(Holdings(services).in_words)
    for user, name in words.STAFF.items():
        await users.create(tx, actor, user, {"name": name, "email": f"{user}@demo.example"})
    await teams.lock(tx, actor.tenant)
    department = await teams.create(tx, actor, _team("销售部", None, _HEAD))
    accounts = _team("大客户组", department.team.id, _LEADER)
    await teams.create(tx, actor, {**accounts, "member_ids": [_LEADER, _MEMBER]})


async def name_tags(tx: Tx, actor: Actor, services: Services) -> None:
    tags = TagService(services.tags, TagReplacement(services))
    for name, color in words.TAGS.items():
        await tags.create(tx, actor, {"name": name, "color": color, "active": True})


def _team(name: str, parent: str | None, leader: str) -> dict[str, object]:
    return {"name": name, "parent_id": parent, "leader_ids": [leader], "member_ids": [leader]}
