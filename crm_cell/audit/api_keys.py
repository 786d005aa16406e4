"""Audit entries of API keys: their scopes and expiry, never the token."""

from collections.abc import Mapping

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.identity.api_keys.tokens import ApiKey
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.storage.engine import Tx


async def record_created(tx: Tx, actor: Actor, key: ApiKey) -> None:
    details = {name: {"after": value} for name, value in _shown(key).items()}
    await audit.record(tx, actor, "created", [_action(key, details)])


async def record_updated(tx: Tx, actor: Actor, before: ApiKey, after: ApiKey) -> None:
    former, shown = _shown(before), _shown(after)
    details = {
        name: {"before": former[name], "after": value}
        for name, value in shown.items()
        if name != "updatedAt" and former[name] != value
    }
    await audit.record(tx, actor, "updated", [_action(after, details)])


def _action(key: ApiKey, details: Mapping[str, object]) -> Action:
    return Action("api_key", key.id, key.name, details)


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "tenantId": key.tenant_id,
        "apiKeyId": key.id,
        "createdAt": format_time(key.created_at),
        "updatedAt": format_time(key.updated_at),
        "name": key.name,
        "userId": key.user_id,
        "scopes": key.scopes,
        "expiresAt": key.expires_at,
        "revokedAt": key.revoked_at,
    }
