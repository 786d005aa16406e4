"""What can be done with teams. Each change writes again whose records leaders see."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.events import service as events
from crm_cell.events.service import Details
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import BadRequest, Conflict, FieldError, NotFound, RuleViolation
from crm_cell.kernel.hierarchy import makes_cycle
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.people.messages import (
    TEAM_HAS_TEAMS,
    TEAM_IN_CYCLE,
    TEAM_UNKNOWN,
    TOO_MANY_TEAMS,
    USER_AT,
    USER_LEFT,
    USER_UNKNOWN,
)
from crm_cell.people.teams import store
from crm_cell.people.teams.rules import LEADER, MEMBER, Membership, reach
from crm_cell.people.teams.store import Team
from crm_cell.people.users import store as users
from crm_cell.people.users.store import ACTIVE
from crm_cell.storage.engine import Reader, Tx

# Each change of a team reads all of them.
MOST_TEAMS = 1_000

_EVENTS = {
    "created": "crm.team.created",
    "updated": "crm.team.updated",
    "deleted": "crm.team.deleted",
}
_WIRE = {
    "name": "name",
    "parent_id": "parentId",
    "leader_ids": "leaderIds",
    "member_ids": "memberIds",
}


class TeamState(msgspec.Struct, frozen=True):
    """A team with its people, each in the order of their ids."""

    team: Team
    leader_ids: list[str]
    member_ids: list[str]

    @property
    def name(self) -> str:
        return self.team.name

    @property
    def parent_id(self) -> str | None:
        return self.team.parent_id

    @property
    def memberships(self) -> set[Membership]:
        pairs = ((LEADER, self.leader_ids), (MEMBER, self.member_ids))
        return {Membership(self.team.id, user, role) for role, ids in pairs for user in ids}


async def page(tx: Reader, tenant: str, page_request: PageRequest) -> Slice[TeamState]:
    found = await store.page(tx, tenant, msgspec.structs.replace(page_request, cached=None))
    return Slice(await _states(tx, tenant, found.rows), found.total, found.after)


async def get(tx: Reader, tenant: str, team_id: str) -> TeamState:
    """Raises NotFound."""
    team = await store.find(tx, tenant, team_id, tx.for_update)
    if team is None:
        raise NotFound(TEAM_UNKNOWN)
    [state] = await _states(tx, tenant, [team])
    return state


async def lock(tx: Tx, tenant: str) -> None:
    """One change of teams at a time: each depends on all of them."""
    await tx.lock("teams", tenant=tenant)


async def create(tx: Tx, actor: Actor, values: Mapping[str, Any]) -> TeamState:
    """Raises RuleViolation for a parent or people who are not there."""
    parents = await store.parents(tx, actor.tenant)
    if len(parents) >= MOST_TEAMS:
        raise RuleViolation(TOO_MANY_TEAMS, limit=MOST_TEAMS)
    _check_parent(parents, values["parent_id"])
    team = Team(
        actor.tenant, new_id(tx.id_time), 1, values["name"], values["parent_id"], tx.now, tx.now
    )
    after = _with(team, values)
    await _check_people(tx, after, set())
    await store.insert(tx, team)
    await _write_people(tx, actor.tenant, set(), after.memberships)
    shown = {wire: {"after": getattr(after, name)} for name, wire in _WIRE.items()}
    await _log(tx, actor, "created", after, shown)
    return after


async def update(tx: Tx, actor: Actor, before: TeamState, changes: Mapping[str, Any]) -> TeamState:
    """`changes` differ from `before`. Raises as `create`, and BadRequest for a cycle."""
    if not changes:
        return before
    if "parent_id" in changes:
        parents = await store.parents(tx, actor.tenant)
        _check_parent(parents, changes["parent_id"])
        if makes_cycle(parents, before.team.id, changes["parent_id"]):
            raise BadRequest([FieldError("parentId", "value", {"text": TEAM_IN_CYCLE})])
    team = msgspec.structs.replace(
        before.team,
        name=changes.get("name", before.name),
        parent_id=changes.get("parent_id", before.parent_id),
        version=before.team.version + 1,
        updated_at=tx.now,
    )
    people = {"leader_ids": before.leader_ids, "member_ids": before.member_ids}
    after = _with(team, people | dict(changes))
    await _check_people(tx, after, {each.user_id for each in before.memberships})
    await store.update(tx, team)
    await _write_people(tx, actor.tenant, before.memberships, after.memberships)
    changed = {
        _WIRE[name]: {"before": getattr(before, name), "after": getattr(after, name)}
        for name in changes
    }
    await _log(tx, actor, "updated", after, changed, [Details(team.version, list(changed))])
    return after


async def delete(tx: Tx, actor: Actor, before: TeamState) -> None:
    """Raises Conflict for a team with teams below it."""
    parents = await store.parents(tx, actor.tenant)
    if before.team.id in parents.values():
        raise Conflict(TEAM_HAS_TEAMS)
    await store.delete(tx, before.team)
    await _write_people(tx, actor.tenant, before.memberships, set())
    shown = {wire: {"before": getattr(before, name)} for name, wire in _WIRE.items()}
    version = before.team.version + 1
    await _log(tx, actor, "deleted", before, shown, [Details(version)])


async def _states(tx: Reader, tenant: str, teams: Sequence[Team]) -> list[TeamState]:
    found = await store.members_of(tx, tenant, [team.id for team in teams])

    def those(team: Team, role: str) -> list[str]:
        return [each.user_id for each in found if (each.team_id, each.role) == (team.id, role)]

    return [TeamState(team, those(team, LEADER), those(team, MEMBER)) for team in teams]


def _with(team: Team, values: Mapping[str, Any]) -> TeamState:
    return TeamState(team, sorted(set(values["leader_ids"])), sorted(set(values["member_ids"])))


def _check_parent(parents: Mapping[str, str | None], parent_id: str | None) -> None:
    if parent_id is not None and parent_id not in parents:
        raise RuleViolation(TEAM_UNKNOWN)


async def _check_people(tx: Tx, team: TeamState, known: set[str]) -> None:
    """Raises RuleViolation for the first who is no active user, of those who are new here."""
    new = {each.user_id for each in team.memberships} - known
    statuses = await users.statuses(tx, team.team.tenant_id, new)
    for member, ids in (("leaderIds", team.leader_ids), ("memberIds", team.member_ids)):
        for user in ids:
            if user in new and statuses.get(user) != ACTIVE:
                message = USER_LEFT if user in statuses else USER_UNKNOWN
                raise RuleViolation(message, details=USER_AT, member=member, user=user)


async def _write_people(
    tx: Tx, tenant: str, before: set[Membership], after: set[Membership]
) -> None:
    await store.write_members(tx, tenant, before, after)
    wanted = reach(await store.parents(tx, tenant), await store.all_memberships(tx, tenant))
    await store.write_reach(tx, tenant, await store.reach(tx, tenant), wanted)


async def _log(
    tx: Tx,
    actor: Actor,
    action: str,
    state: TeamState,
    changes: Mapping[str, Any],
    details: Sequence[Details] = (),
) -> None:
    team = state.team
    await audit.record(tx, actor, action, [Action("team", team.id, team.name, changes)])
    event: dict[str, Any] = {
        "teamId": team.id,
        "tenantId": team.tenant_id,
        **{wire: getattr(state, name) for name, wire in _WIRE.items()},
        "createdAt": format_time(team.created_at),
        "updatedAt": format_time(team.updated_at),
    }
    await events.emit(tx, actor, _EVENTS[action], [event], details)
