"""SQL of teams, their members, and whose records leaders see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.people.teams.rules import LEADER, MEMBER, Membership
from crm_cell.storage import counters
from crm_cell.storage.engine import Reader, Tx
from crm_cell.storage.paging.pages import newest_first

# So many in one statement; names of parameters consist of lower-case letters.
_PARAMETERS = tuple(f"id_{first}{second}" for first in "abcdefg" for second in "abcdefg")
_LISTED = ", ".join(f":{name}" for name in _PARAMETERS)


class Team(msgspec.Struct, frozen=True):
    tenant_id: str
    id: str
    version: int
    name: str
    parent_id: str | None
    created_at: int
    updated_at: int


_COLUMNS = ", ".join(Team.__struct_fields__)
_ALL = f"SELECT {_COLUMNS} FROM teams WHERE tenant_id = :tenant"
_KEY = "tenant_id = :tenant AND team_id = :team"


class Memberships(msgspec.Struct, frozen=True):
    """Of some users."""

    by_role: dict[str, dict[str, list[str]]]

    def of(self, user_id: str) -> tuple[list[str], list[str]]:
        """The teams that the user is a member of, and those that the user leads."""
        return self.by_role[MEMBER].get(user_id, []), self.by_role[LEADER].get(user_id, [])


async def memberships(tx: Reader, tenant: str, user_ids: Sequence[str]) -> Memberships:
    by_role: dict[str, dict[str, list[str]]] = {
        MEMBER: defaultdict(list),
        LEADER: defaultdict(list),
    }
    for some in _in_parts(user_ids):
        rows = await tx.fetch_all(
            "SELECT user_id, role, team_id FROM team_members WHERE tenant_id = :tenant"
            f" AND user_id IN ({_LISTED}) ORDER BY team_id",
            tenant=tenant,
            **some,
        )
        for user_id, role, team_id in rows:
            by_role[role][user_id].append(team_id)
    return Memberships(by_role)


async def find(tx: Reader, tenant: str, team_id: str, lock: str = "") -> Team | None:
    row = await tx.fetch_one(f"{_ALL} AND id = :id{lock}", tenant=tenant, id=team_id)
    return Team(*row) if row else None


async def page(tx: Reader, tenant: str, page_request: PageRequest) -> Slice[Team]:
    """Newest first."""
    total = await counters.read(tx, tenant, "teams")
    return await newest_first(
        tx, _ALL, Team, page_request, total=total, counter=("teams", None), tenant=tenant
    )


async def parents(tx: Reader, tenant: str) -> dict[str, str | None]:
    """By team, the one above it, of all teams."""
    rows = await tx.fetch_all(
        "SELECT id, parent_id FROM teams WHERE tenant_id = :tenant", tenant=tenant
    )
    return dict(rows)


async def all_memberships(tx: Reader, tenant: str) -> list[Membership]:
    rows = await tx.fetch_all(
        "SELECT team_id, user_id, role FROM team_members WHERE tenant_id = :tenant", tenant=tenant
    )
    return [Membership(*row) for row in rows]


async def members_of(tx: Reader, tenant: str, team_ids: Iterable[str]) -> list[Membership]:
    """Of some teams, in the order of the users' ids."""
    found: list[Membership] = []
    for some in _in_parts(team_ids):
        rows = await tx.fetch_all(
            "SELECT team_id, user_id, role FROM team_members WHERE tenant_id = :tenant"
            f" AND team_id IN ({_LISTED}) ORDER BY user_id",
            tenant=tenant,
            **some,
        )
        found += [Membership(*row) for row in rows]
    return found


async def mates_of(tx: Reader, tenant: str, user_id: str) -> set[str]:
    """All who are in a team with a user, as members or leaders, the user among them; empty for one
    who is in no team."""
    rows = await tx.fetch_all(
        "SELECT mate.user_id FROM team_members AS own JOIN team_members AS mate"
        " ON mate.tenant_id = :tenant AND mate.team_id = own.team_id"
        " WHERE own.tenant_id = :tenant AND own.user_id = :user",
        tenant=tenant,
        user=user_id,
    )
    return {row[0] for row in rows}


async def reach(tx: Reader, tenant: str) -> set[tuple[str, str]]:
    """Of all leaders, as it is stored."""
    rows = await tx.fetch_all(
        "SELECT leader_id, user_id FROM team_reach WHERE tenant_id = :tenant", tenant=tenant
    )
    return {(row[0], row[1]) for row in rows}


async def reach_of(tx: Reader, tenant: str, leader_id: str) -> list[str]:
    """Whose records a leader sees, their own among them; empty for one who leads no team."""
    rows = await tx.fetch_all(
        "SELECT user_id FROM team_reach WHERE tenant_id = :tenant AND leader_id = :leader"
        " ORDER BY user_id",
        tenant=tenant,
        leader=leader_id,
    )
    return [row[0] for row in rows]


# Writing


async def insert(tx: Tx, team: Team) -> None:
    await tx.execute(
        "INSERT INTO teams (tenant_id, id, version, name, parent_id, created_at, updated_at)"
        " VALUES (:tenant_id, :id, :version, :name, :parent_id, :created_at, :updated_at)",
        **msgspec.structs.asdict(team),
    )
    await counters.add(tx, team.tenant_id, "teams", None)


async def update(tx: Tx, team: Team) -> None:
    await tx.execute(
        "UPDATE teams SET version = :version, name = :name, parent_id = :parent_id,"
        " updated_at = :updated_at WHERE tenant_id = :tenant_id AND id = :id",
        version=team.version,
        name=team.name,
        parent_id=team.parent_id,
        updated_at=team.updated_at,
        tenant_id=team.tenant_id,
        id=team.id,
    )


async def delete(tx: Tx, team: Team) -> None:
    """Without its members."""
    await tx.execute(
        "DELETE FROM teams WHERE tenant_id = :tenant AND id = :id",
        tenant=team.tenant_id,
        id=team.id,
    )
    await counters.add(tx, team.tenant_id, "teams", None, -1)


async def write_members(
    tx: Tx, tenant: str, before: set[Membership], after: set[Membership]
) -> None:
    """Also gives the users concerned another version, since their teams are shown with them."""
    gone, new = sorted(before - after), sorted(after - before)
    await tx.execute_many(
        f"DELETE FROM team_members WHERE {_KEY} AND user_id = :user AND role = :role",
        [_row(tenant, each) for each in gone],
    )
    await tx.execute_many(
        "INSERT INTO team_members (tenant_id, team_id, user_id, role)"
        " VALUES (:tenant, :team, :user, :role)",
        [_row(tenant, each) for each in new],
    )
    users = sorted({each.user_id for each in (*gone, *new)})
    await tx.execute_many(
        "UPDATE users SET version = version + 1, updated_at = :now"
        " WHERE tenant_id = :tenant AND user_id = :user",
        [{"now": tx.now, "tenant": tenant, "user": user} for user in users],
    )


async def write_reach(
    tx: Tx, tenant: str, before: set[tuple[str, str]], after: set[tuple[str, str]]
) -> None:
    await tx.execute_many(
        "DELETE FROM team_reach WHERE tenant_id = :tenant AND leader_id = :leader"
        " AND user_id = :user",
        [_pair(tenant, *each) for each in sorted(before - after)],
    )
    await tx.execute_many(
        "INSERT INTO team_reach (tenant_id, leader_id, user_id) VALUES (:tenant, :leader, :user)",
        [_pair(tenant, *each) for each in sorted(after - before)],
    )


def _row(tenant: str, membership: Membership) -> dict[str, str]:
    return {
        "tenant": tenant,
        "team": membership.team_id,
        "user": membership.user_id,
        "role": membership.role,
    }


def _pair(tenant: str, leader: str, user: str) -> dict[str, str]:
    return {"tenant": tenant, "leader": leader, "user": user}


def _in_parts(ids: Iterable[str]) -> Iterable[dict[str, str]]:
    """The parameters of statements that take some of them at a time."""
    wanted = iter(sorted(set(ids)))
    while some := list(islice(wanted, len(_PARAMETERS))):
        yield dict.fromkeys(_PARAMETERS, "") | dict(zip(_PARAMETERS, some, strict=False))
