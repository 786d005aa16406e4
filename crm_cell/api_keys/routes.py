"""/api-keys"""

from crm_cell.api_keys.messages import (
    ENDS_IN_THE_PAST,
    KEY_UNKNOWN,
    NOT_A_USER,
    SCOPE_NOT_HELD,
    TOO_MANY_KEYS,
)
from crm_cell.api_keys.schemas import EXPIRED, ApiKeyCreate, ApiKeysView, ApiKeyView, KeyId
from crm_cell.api_keys.service import MOST_KEYS, KeyService, NewKey
from crm_cell.http.request import Request
from crm_cell.http.responses import Resource
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import Forbidden, RuleViolation
from crm_cell.kernel.scopes import ADMIN
from crm_cell.people.messages import ADMINISTRATORS_ONLY, USER_LEFT, USER_UNKNOWN
from crm_cell.people.users.service import require_administrator
from crm_cell.storage.engine import Reader, Tx

_ADMINISTRATORS = Forbidden(ADMINISTRATORS_ONLY)


def api_key_routes(service: KeyService) -> Routes:
    routes = Routes(
        "/api-keys",
        tag=Tag("api-keys", "API 密钥", "Tokens for programs: listed, created and revoked."),
        missing=KEY_UNKNOWN,
    )
    clock = Clock()

    @routes.read("", "密钥列表", scope=ADMIN, rejections=[_ADMINISTRATORS])
    async def list_(tx: Reader, actor: Actor) -> ApiKeysView:
        """The API keys of the tenant: the valid ones first, then those that have ended, newest
        first, up to 500."""
        require_administrator(actor)
        now = clock.now()
        found = await service.all(tx, actor.tenant, now)
        return ApiKeysView(data=[ApiKeyView.of(each, now) for each in found])

    @routes.read("/{api_key_id}", "密钥详情", scope=ADMIN, rejections=[_ADMINISTRATORS])
    async def get(tx: Reader, actor: Actor, api_key_id: KeyId) -> Resource[ApiKeyView]:
        """One API key."""
        require_administrator(actor)
        key = await service.get(tx, actor.tenant, api_key_id)
        view = ApiKeyView.of(key, clock.now())
        # A key ends without a new version: what is read then is not what was read before.
        return Resource(view, key.id, key.version, figures=int(view.status == EXPIRED))

    @routes.write(
        "POST",
        "",
        "创建密钥",
        status=201,
        scope=ADMIN,
        rejections=[
            _ADMINISTRATORS,
            Forbidden(SCOPE_NOT_HELD, scopes="crm:reveal"),
            RuleViolation(ENDS_IN_THE_PAST),
            RuleViolation(NOT_A_USER),
            RuleViolation(USER_UNKNOWN),
            RuleViolation(USER_LEFT),
            RuleViolation(TOO_MANY_KEYS, limit=MOST_KEYS),
        ],
    )
    async def create(
        tx: Tx, actor: Actor, body: ApiKeyCreate, request: Request
    ) -> Resource[ApiKeyView]:
        """Create an API key with scopes that the caller has.

        Its token is shown this once, and stored nowhere: where the request is repeated, the answer
        has the key without its token.
        """
        require_administrator(actor)
        new = NewKey(body.name, frozenset(body.scopes), body.expires_at, body.user_id)
        made = await service.create(tx, actor, new, request.identity.scopes)
        key = made.key
        return Resource(
            ApiKeyView.of(key, tx.now, made.token),
            key.id,
            key.version,
            stored=ApiKeyView.of(key, tx.now),
        )

    @routes.write(
        "POST", "/{api_key_id}/revoke", "吊销密钥", scope=ADMIN, rejections=[_ADMINISTRATORS]
    )
    async def revoke(tx: Tx, actor: Actor, api_key_id: KeyId) -> Resource[ApiKeyView]:
        """Revoke an API key: it is refused from now on, by every process within 30 seconds, and
        for good."""
        require_administrator(actor)
        key = await service.revoke(tx, actor, api_key_id)
        return Resource(ApiKeyView.of(key, tx.now), key.id, key.version)

    return routes
