"""`crm-cell token`: API keys. May run beside the service, which applies changes within 30 s."""

import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import typer

from crm_cell.audit import api_keys as audit
from crm_cell.cli.caller import caller
from crm_cell.cli.database import with_database
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.identity.api_keys import service
from crm_cell.identity.api_keys.service import CreatedKey
from crm_cell.identity.api_keys.tokens import ApiKey
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import NotFound
from crm_cell.kernel.scopes import KEY_SCOPES, UNMASKED
from crm_cell.storage.engine import Database, Tx

T = TypeVar("T")

_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_LONGEST_NAME = 100
NEVER = "never"


def create(tenant: str, name: str, scopes: str, expires: str, user: str | None) -> None:
    actor = caller(tenant, user)
    if not (0 < len(name) <= _LONGEST_NAME and name.isprintable()):
        raise CommandError(f"--name: 1 to {_LONGEST_NAME} characters that can be printed", MISUSED)
    granted, ends = _scopes(scopes), _end(expires)
    if user is not None and UNMASKED in granted:
        raise CommandError(f"--scopes: {UNMASKED} is not for users: leave --user out", MISUSED)

    async def unit(tx: Tx) -> CreatedKey:
        made = await service.create(
            tx, actor.tenant, name=name, scopes=granted, user=user, expires_at=ends
        )
        await audit.record_created(tx, _operator(tenant), made.key)
        return made

    _show(_write("api_keys.create", tenant, unit))


def list_(tenant: str) -> None:
    actor = caller(tenant, None)
    keys = with_database(
        lambda database: database.read(
            "api_keys.list", actor.tenant, lambda tx: service.all_of(tx, actor.tenant)
        )
    )
    now = _now()
    for key in keys:
        typer.echo(f"{key.id}  {_state(key, now):<32}  {key.user_id}  {key.scopes}  {key.name}")
    typer.echo(f"{len(keys)} in all", err=True)


def rotate(tenant: str, key_id: str, expires: str | None, overlap: str) -> None:
    """The new key has the lifetime of the old one, unless `expires` is given."""
    caller(tenant, None)
    overlap_ms = 0 if overlap == "0" else _span(overlap, "--overlap")
    ends = _end(expires) if expires else None

    async def unit(tx: Tx) -> CreatedKey:
        before = await service.find_usable(tx, tenant, key_id)
        end = ends if expires else _same_lifetime(before, tx.now)
        after, made = await service.rotate(tx, before, overlap=overlap_ms, expires_at=end)
        await audit.record_updated(tx, _operator(tenant), before, after)
        await audit.record_created(tx, _operator(tenant), made.key)
        return made

    _show(_write("api_keys.rotate", tenant, unit))


def revoke(tenant: str, key_id: str) -> None:
    caller(tenant, None)

    async def unit(tx: Tx) -> ApiKey:
        before = await service.find_usable(tx, tenant, key_id)
        after = await service.revoke(tx, before)
        await audit.record_updated(tx, _operator(tenant), before, after)
        return after

    key = _write("api_keys.revoke", tenant, unit)
    typer.echo(f"{key.id} is refused from now on, everywhere within 30 s")


def _write(name: str, tenant: str, unit: Callable[[Tx], Awaitable[T]]) -> T:
    async def work(database: Database) -> T:
        return await database.write(name, tenant, unit)

    try:
        return with_database(work)
    except NotFound:
        raise CommandError(f"{tenant} has no valid key with this id") from None


def _show(made: CreatedKey) -> None:
    """Print only the token on standard output, so that it can be piped into a secret store."""
    key = made.key
    typer.echo(
        f"key {key.id} of {key.tenant_id}, {_state(key, key.created_at)}. It is shown only once:",
        err=True,
    )
    typer.echo(made.token)


def _operator(tenant: str) -> Actor:
    """The actor of commands, without a user: the database does not know the operator's name."""
    return caller(tenant, None)


def _scopes(text: str) -> frozenset[str]:
    named = frozenset(text.replace(",", " ").split())
    if not named or named - set(KEY_SCOPES):
        raise CommandError(f"--scopes: one or more of {' '.join(KEY_SCOPES)}", MISUSED)
    return named


def _end(text: str) -> int | None:
    """90d, 12h, a day, or never."""
    if text == NEVER:
        return None
    try:
        end = round(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return _now() + _span(text, "--expires")
    if end <= _now():
        raise CommandError(f"--expires {text}: has passed", MISUSED)
    return end


def _span(text: str, option: str) -> int:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise CommandError(f"{option} {text}: takes a time like 90d, 12h or 30m", MISUSED)
    return int(found[1]) * _UNITS[found[2]]


def _same_lifetime(before: ApiKey, now: int) -> int | None:
    return None if before.expires_at is None else now + before.expires_at - before.created_at


def _state(key: ApiKey, now: int) -> str:
    if key.revoked_at is not None:
        return f"revoked {format_time(key.revoked_at)}"
    if key.expires_at is None:
        return "never ends"
    return f"{'ended' if key.has_expired(now) else 'ends'} {format_time(key.expires_at)}"


def _now() -> int:
    return round(time.time() * 1000)
