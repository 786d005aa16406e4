"""/teams"""

from typing import Any

import msgspec

from crm_cell.http.paging import Page, RequestedPage
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.responses import Resource
from crm_cell.http.routing import Routes, Tag
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, Forbidden, RuleViolation
from crm_cell.kernel.scopes import ADMIN
from crm_cell.people.messages import (
    ADMINISTRATORS_ONLY,
    TEAM_HAS_TEAMS,
    TEAM_UNKNOWN,
    TOO_MANY_TEAMS,
    USER_LEFT,
    USER_UNKNOWN,
)
from crm_cell.people.teams import service
from crm_cell.people.teams.schemas import TeamCreate, TeamPatch, TeamView
from crm_cell.people.teams.service import MOST_TEAMS, TeamState
from crm_cell.people.users.service import require_administrator
from crm_cell.storage.engine import Reader, Tx

_PEOPLE = (
    Forbidden(ADMINISTRATORS_ONLY),
    RuleViolation(TEAM_UNKNOWN),
    RuleViolation(USER_UNKNOWN),
    RuleViolation(USER_LEFT),
)


def team_routes() -> Routes:
    routes = Routes(
        "/teams",
        tag=Tag("teams", "团队", "A tree of teams; leaders see the records of those below."),
        missing=TEAM_UNKNOWN,
        authorize_replay=_authorize_replay,
        members={
            "teamId": {
                "description": "团队编号 · Id of the team",
                "examples": ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c51"],
            }
        },
    )

    @routes.read("", "团队列表")
    async def list_(tx: Reader, actor: Actor, page: RequestedPage) -> Page[TeamView]:
        """The teams of the tenant, newest first. Everybody in the tenant may read them."""
        found = await service.page(tx, actor.tenant, page)
        return page.answer(found, TeamView.of)

    @routes.read("/{team_id}", "团队详情")
    async def get(tx: Reader, actor: Actor, team_id: str) -> Resource[TeamView]:
        """One team."""
        return _answer(await service.get(tx, actor.tenant, team_id))

    @routes.write(
        "POST",
        "",
        "新建团队",
        status=201,
        scope=ADMIN,
        rejections=[*_PEOPLE, RuleViolation(TOO_MANY_TEAMS, limit=MOST_TEAMS)],
    )
    async def create(tx: Tx, actor: Actor, body: TeamCreate) -> Resource[TeamView]:
        """Create a team. Its leaders then see the records of its people, and of those below."""
        require_administrator(actor)
        await service.lock(tx, actor.tenant)
        return _answer(await service.create(tx, actor, msgspec.structs.asdict(body)))

    @routes.write("PATCH", "/{team_id}", "更新团队", scope=ADMIN, rejections=_PEOPLE)
    async def update(
        tx: Tx, actor: Actor, team_id: str, patch: Patch[TeamPatch], condition: IfMatch
    ) -> Resource[TeamView]:
        """Change a team by a JSON merge patch; lists are replaced as a whole.

        A team cannot be below itself: that is 400 at `parentId`.
        """
        require_administrator(actor)
        await service.lock(tx, actor.tenant)
        current = await service.get(tx, actor.tenant, team_id)
        condition.require(current.team.version)
        changes = patch.against(TeamView.of(current), current)
        return _answer(await service.update(tx, actor, current, _sorted(changes, current)))

    @routes.write(
        "DELETE",
        "/{team_id}",
        "删除团队",
        scope=ADMIN,
        rejections=[Forbidden(ADMINISTRATORS_ONLY), Conflict(TEAM_HAS_TEAMS)],
    )
    async def delete(tx: Tx, actor: Actor, team_id: str, condition: IfMatch) -> None:
        """Delete a team that has no teams below it. Its people and their records stay."""
        require_administrator(actor)
        await service.lock(tx, actor.tenant)
        current = await service.get(tx, actor.tenant, team_id)
        condition.require(current.team.version)
        await service.delete(tx, actor, current)

    return routes


async def _authorize_replay(tx: Reader, actor: Actor, team_id: str) -> None:
    await service.get(tx, actor.tenant, team_id)


def _answer(state: TeamState) -> Resource[TeamView]:
    return Resource(TeamView.of(state), state.team.id, state.team.version)


def _sorted(changes: dict[str, Any], current: TeamState) -> dict[str, Any]:
    """Without lists that name the same people in another order."""
    for name in ("leader_ids", "member_ids"):
        if name in changes:
            changes[name] = sorted(set(changes[name]))
    return {name: value for name, value in changes.items() if getattr(current, name) != value}
