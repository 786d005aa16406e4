"""GET /whoami."""

from crm_cell import __version__
from crm_cell.http.request import Request
from crm_cell.http.routing import ANY_SCOPE, Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import Clock, format_time
from crm_cell.people.teams import store as teams
from crm_cell.people.users.schemas import UserView
from crm_cell.people.users.service import UserService
from crm_cell.storage.engine import Database, Reader
from crm_cell.whoami.schemas import Auth, FeaturesView, LimitsView, WhoamiView


def whoami_routes(
    mode: Auth, limits: LimitsView, features: FeaturesView, users: UserService
) -> Routes:
    """`mode` is that of the service; modes that verify tokens recognise API keys as well."""
    routes = Routes(
        "", tag=Tag("whoami", "调用方", "Who the caller is to the service, and what they may do.")
    )
    clock = Clock()

    @routes.plain("/whoami", "当前调用方", scope=ANY_SCOPE)
    async def whoami(actor: Actor, request: Request, database: Database) -> WhoamiView:
        """Who the caller is: user, tenant, scopes, limits and features. Any valid token will do."""
        return WhoamiView(
            user=actor.user,
            tenant_id=actor.tenant,
            auth="apiKey" if request.identity.is_api_key else mode,
            sees="all" if actor.sees_all else "team" if actor.team else "own",
            unmasked=request.actor is not None and request.actor.in_full is not None,
            scopes=sorted(request.identity.scopes),
            limits=limits,
            features=features,
            server_time=format_time(clock.now()),
            version=__version__,
            profile=await profile_of(actor, database),
        )

    async def profile_of(actor: Actor, database: Database) -> UserView | None:
        user = actor.user
        if user is None:
            return None

        async def unit(tx: Reader) -> UserView | None:
            found = await users.find(tx, actor.tenant, user)
            if found is None:
                return None
            memberships = await teams.memberships(tx, actor.tenant, [user])
            return UserView.of(found, *memberships.of(user))

        return await database.read("whoami", actor.tenant, unit)

    return routes
