"""What is looked up about callers before their requests are handled."""

import msgspec

from crm_cell.http.auth import Identity
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Forbidden
from crm_cell.kernel.messages import OTHER_USER
from crm_cell.kernel.scopes import ALL, TEAM
from crm_cell.people.directory import Directory
from crm_cell.people.teams import store as teams
from crm_cell.people.users.service import UserService
from crm_cell.storage.engine import Database, Reader, Tx

# A tenant and a user are some 200 bytes together.
_MOST_KNOWN = 100_000


class Admission:
    """With `registers`, a user who calls for the first time becomes a user of the tenant. One who
    is known to this process is not looked up again, so that reads stay reads."""

    def __init__(
        self, database: Database, users: UserService, directory: Directory, *, registers: bool
    ) -> None:
        self._database = database
        self._users = users
        self._directory = directory
        self._registers = registers
        self._known: set[tuple[str, str]] = set()

    def is_settled(self, identity: Identity, actor: Actor) -> bool:
        """Whether there is nothing to look up."""
        return not (_may_lead(identity) or self._is_new(identity, actor))

    async def admit(self, identity: Identity, actor: Actor, acts_for: str | None) -> Actor:
        """As the interface says."""
        if self._is_new(identity, actor):
            await self._register(actor)
        if not _may_lead(identity):
            return actor
        team = await self._reach(actor)
        if acts_for is not None:
            if acts_for != actor.owner and acts_for not in team:
                raise Forbidden(OTHER_USER, details=OTHER_USER)
            leader = actor.owner if acts_for != actor.owner else None
            return msgspec.structs.replace(actor, owner=acts_for, leader=leader)
        return msgspec.structs.replace(actor, team=team) if team - {actor.owner} else actor

    async def _reach(self, actor: Actor) -> frozenset[str]:
        """Each time: it may have changed in another process."""
        leader = actor.owner
        assert leader is not None, "a caller without crm:all sees their own records"

        async def unit(tx: Reader) -> frozenset[str]:
            return frozenset(await teams.reach_of(tx, actor.tenant, leader))

        return await self._database.read("teams.reach", actor.tenant, unit)

    def _is_new(self, identity: Identity, actor: Actor) -> bool:
        return (
            self._registers
            and actor.user is not None
            and not identity.is_api_key
            and (actor.tenant, actor.user) not in self._known
        )

    async def _register(self, actor: Actor) -> None:
        user = actor.user
        assert user is not None, "only users are new"

        async def unit(tx: Tx) -> None:
            if await self._users.find(tx, actor.tenant, user) is None:
                await self._users.create(tx, actor, user, {})

        await self._database.write("users.register", actor.tenant, unit)
        self._directory.has_users(actor.tenant)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known.add((actor.tenant, user))


def _may_lead(identity: Identity) -> bool:
    return TEAM in identity.scopes and ALL not in identity.scopes and identity.user is not None
