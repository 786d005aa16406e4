"""/users"""

from typing import Any
from urllib.parse import quote

import msgspec

from crm_cell.http.paging import Page, RequestedPage
from crm_cell.http.preconditions import IfMatch, IfNoneMatch
from crm_cell.http.request import Request
from crm_cell.http.responses import Resource
from crm_cell.http.routing import Routes, Tag
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, Forbidden
from crm_cell.kernel.scopes import ADMIN
from crm_cell.people.directory import Directory
from crm_cell.people.messages import (
    ADMINISTRATORS_ONLY,
    OWN_MEMBERS_ONLY,
    STILL_OWNS,
    USER_UNKNOWN,
)
from crm_cell.people.teams import store as teams
from crm_cell.people.users.schemas import UserId, UserPatch, UserPut, UserQuery, UserView
from crm_cell.people.users.service import (
    UserService,
    require_administrator,
    require_may_change,
)
from crm_cell.people.users.store import User
from crm_cell.storage.engine import Reader, Tx


def user_routes(service: UserService, directory: Directory) -> Routes:
    routes = Routes(
        "/users",
        tag=Tag("users", "用户", "The people of a tenant, by the ids of the identity provider."),
        missing=USER_UNKNOWN,
    )

    @routes.read("", "用户列表")
    async def list_(
        tx: Reader, actor: Actor, query: UserQuery, page: RequestedPage
    ) -> Page[UserView]:
        """The users of the tenant, newest first: everybody may read them, to choose an owner."""
        uncached = msgspec.structs.replace(page, cached=None)
        found = await service.page(tx, actor.tenant, query.status, uncached)
        user_ids = [each.user_id for each in found.rows]
        memberships = await teams.memberships(tx, actor.tenant, user_ids)

        def view(user: User) -> UserView:
            return UserView.of(user, *memberships.of(user.user_id))

        return page.answer(found, view)

    @routes.read("/{user_id}", "用户详情")
    async def get(tx: Reader, actor: Actor, user_id: UserId) -> Resource[UserView]:
        """One user."""
        return await answer(tx, await service.get(tx, actor.tenant, user_id))

    @routes.write(
        "PUT",
        "/{user_id}",
        "创建或更新用户",
        scope=ADMIN,
        may_create=True,
        rejections=[Forbidden(ADMINISTRATORS_ONLY), Conflict(STILL_OWNS)],
    )
    async def put(
        tx: Tx,
        actor: Actor,
        user_id: UserId,
        body: UserPut,
        if_match: IfMatch,
        if_none_match: IfNoneMatch,
    ) -> Resource[UserView]:
        """Provision a user: 201 where they are new, 200 where they were there.

        What is left out gets its default. A user who has left owns no records: 409 names what they
        still own. `If-None-Match: *` only creates, with `If-Match: *` the user has to be there.
        """
        require_administrator(actor)
        values = msgspec.structs.asdict(body)
        current = await service.find(tx, actor.tenant, user_id)
        if current is None:
            if_match.require_missing_allowed()
            created = await service.create(tx, actor, str(user_id), values)
            if created is not None:
                directory.has_users(actor.tenant)
                return await answer(tx, created, created=True)
            current = await service.get(tx, actor.tenant, user_id)
        if_none_match.require(current.version)
        if_match.require(current.version)
        return await answer(
            tx, await service.update(tx, actor, current, _differing(current, values))
        )

    @routes.write(
        "PATCH",
        "/{user_id}",
        "更新用户",
        rejections=[
            Forbidden(ADMINISTRATORS_ONLY),
            Forbidden(OWN_MEMBERS_ONLY),
            Conflict(STILL_OWNS),
        ],
    )
    async def update(
        tx: Tx,
        actor: Actor,
        user_id: UserId,
        patch: Patch[UserPatch],
        condition: IfMatch,
        request: Request,
    ) -> Resource[UserView]:
        """Change a user by a JSON merge patch.

        Users change their own name, locale and timeZone. Only `crm:admin` changes other users, and
        e-mail address and status.
        """
        current = await service.get(tx, actor.tenant, user_id)
        condition.require(current.version)
        shown = await answer(tx, current)
        changes = patch.against(shown.view, current)
        is_administrator = ADMIN in request.identity.scopes
        require_may_change(actor, is_administrator, current.user_id, changes)
        return await answer(tx, await service.update(tx, actor, current, changes))

    async def answer(tx: Reader, user: User, *, created: bool = False) -> Resource[UserView]:
        memberships = await teams.memberships(tx, user.tenant_id, [user.user_id])
        view = UserView.of(user, *memberships.of(user.user_id))
        path = f"/users/{quote(user.user_id, safe='')}" if created else None
        return Resource(view, user.user_id, user.version, path)

    return routes


def _differing(current: User, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(current, name) != value}
