"""`crm-cell audit`: verifies the audit log. May run beside the service."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import typer

from crm_cell.audit import chain, heads, store
from crm_cell.audit.coverage import store as unrecorded
from crm_cell.audit.coverage.store import Unrecorded
from crm_cell.audit.incremental_verification import verify_beside
from crm_cell.audit.register import registering
from crm_cell.audit.register.checking import State, missing_tenants
from crm_cell.audit.register.store import EVERYBODY
from crm_cell.audit.verification import Fault, Place, Verdict
from crm_cell.cli.caller import caller, progress
from crm_cell.cli.database import ready_settings, with_database
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.settings import Settings
from crm_cell.storage.engine import EVERY_TENANT, ChainKeys, Database

# If an audit log has very many faults, only the first ones are listed.
_MOST_LISTED = 100

Signed = dict[str, dict[Place, bytes]]
"""The hashes of entries that were signed at the end of their shard, by tenant."""


class Found(msgspec.Struct, frozen=True):
    """The result of verifying the audit logs of some or all tenants."""

    logs: list[tuple[Verdict, list[Unrecorded]]]
    register: State
    """The state of the tenants' register; empty if only one tenant is verified."""

    @property
    def is_unkeyed(self) -> bool:
        return self.register.is_unkeyed or any(
            verdict.unkeyed_heads or verdict.is_register_unkeyed for verdict, _ in self.logs
        )


def verify(tenant: str | None, heads_file: Path | None) -> None:
    """Raises CommandError if anything is wrong."""
    settings = ready_settings()
    signed = _read_heads(heads_file, settings.chain_keys) if heads_file else {}
    found = with_database(lambda database: _verify_all(database, settings, tenant, signed))
    if faults := _print_all(found):
        raise CommandError(f"{faults} faults found")
    if found.is_unkeyed:
        raise CommandError(
            "some chains are not authenticated with CRM_AUDIT_KEY: run crm-cell audit seal"
        )


async def audit_faults(database: Database, settings: Settings) -> int:
    """Verify the audit log of each tenant and print the result. Returns the number of faults."""
    return _print_all(await _verify_all(database, settings, None, {}))


async def _verify_all(
    database: Database, settings: Settings, tenant: str | None, signed: Signed
) -> Found:
    keys, days = settings.chain_keys, settings.audit_retention_days
    register = await _verify_register(database, keys, tenant)
    verdicts = await _verify(database, keys, tenant, signed)
    logs = [(verdict, await _unrecorded(database, verdict, days)) for verdict in verdicts]
    return Found(logs, register)


async def _verify_register(database: Database, keys: ChainKeys, tenant: str | None) -> State:
    return State() if tenant else await missing_tenants(database, keys)


def _print_all(found: Found) -> int:
    _print_register(found.register)
    for verdict, missing in found.logs:
        _print_verdict(verdict, missing)
    faults = sum(len(verdict.faults) + len(missing) for verdict, missing in found.logs)
    return faults + len(found.register.faults)


def _print_register(state: State) -> None:
    if state.faults:
        typer.echo(f"register of tenants: {len(state.faults)} faults")
    for fault in state.faults[:_MOST_LISTED]:
        typer.echo(f"  {fault}")


def authenticate(tenant: str | None) -> None:
    """Authenticate chains without a key, except of tenants with faults. Raises CommandError."""
    keys, days = _keys(), ready_settings().audit_retention_days

    async def work(database: Database) -> tuple[Found, list[int]]:
        register = await _verify_register(database, keys, tenant)
        await _authenticate_register(database, register)
        logs, authenticated = [], []
        for verdict in await _verify(database, keys, tenant, {}):
            missing = [] if verdict.faults else await _unrecorded(database, verdict, days)
            authenticated.append(0 if missing else await _authenticate(database, verdict))
            logs.append((verdict, missing))
        return Found(logs, register), authenticated

    found, authenticated = with_database(work)
    _print_register(found.register)
    for (verdict, missing), many in zip(found.logs, authenticated, strict=True):
        _print_verdict(verdict, missing)
        typer.echo(f"  authenticated: {many}")
    faults = sum(len(verdict.faults) + len(missing) for verdict, missing in found.logs)
    if faults := faults + len(found.register.faults):
        raise CommandError(f"{faults} faults found")


def sign_heads() -> None:
    keys = _keys()
    for head in with_database(lambda database: heads.sign(database, keys)):
        typer.echo(msgspec.json.encode(head).decode())


async def _verify(
    database: Database, keys: ChainKeys, tenant: str | None, signed: Signed
) -> list[Verdict]:
    with progress() as bar:
        task = bar.add_task("entries", total=None)

        def show(many: int) -> None:
            bar.advance(task, many)

        return [
            await _verify_one(database, keys, each, signed.get(each, {}), show)
            for each in await _tenants(database, tenant, signed)
        ]


async def _unrecorded(database: Database, verdict: Verdict, days: int) -> list[Unrecorded]:
    return await unrecorded.unrecorded(
        database, verdict.tenant, cut_id=verdict.cut_id, retention_days=days
    )


def _verify_one(
    database: Database,
    keys: ChainKeys,
    tenant: str,
    signed: dict[Place, bytes],
    show: Callable[[int], None],
) -> Awaitable[Verdict]:
    return verify_beside(database, tenant, keys, signed, show)


async def _tenants(database: Database, tenant: str | None, signed: Signed) -> list[str]:
    if tenant is not None:
        return [caller(tenant, None).tenant]
    with_log = await database.read("audit.tenants", EVERY_TENANT, store.tenants, long=True)
    with_records = await database.read("records", EVERY_TENANT, unrecorded.tenants, long=True)
    return sorted({*with_log, *with_records, *signed})


async def _authenticate(database: Database, verdict: Verdict) -> int:
    if verdict.faults or not (verdict.unkeyed_heads or verdict.is_register_unkeyed):
        return 0
    tenant = verdict.tenant
    return await database.write("audit.seal", tenant, lambda tx: chain.authenticate(tx, tenant))


async def _authenticate_register(database: Database, state: State) -> None:
    if state.is_unkeyed and not state.faults:
        await database.write(
            "audit.seal", EVERY_TENANT, lambda tx: registering.authenticate(tx, EVERYBODY)
        )


def _keys() -> ChainKeys:
    settings = ready_settings()
    if settings.audit_key is None:
        raise CommandError("CRM_AUDIT_KEY: must be set: crm-cell keys new prints a key", MISUSED)
    return settings.chain_keys


def _read_heads(file: Path, keys: ChainKeys) -> Signed:
    """Raises CommandError for a line with an invalid signature."""
    signed: Signed = defaultdict(dict)
    try:
        lines = heads.read(file)
    except ValueError as error:
        raise CommandError(f"{file}: {error}") from error
    for number, head in enumerate(lines, 1):
        if not head.is_genuine(keys):
            raise CommandError(f"{file}:{number}: this line was not signed with CRM_AUDIT_KEY")
        signed[head.tenant_id][head.shard, head.last_id] = bytes.fromhex(head.hash)
    return signed


def _print_verdict(verdict: Verdict, missing: Sequence[Unrecorded] = ()) -> None:
    remarks = {
        "redacted": verdict.redacted,
        "from before the chain": verdict.unchained,
        "chained without a key": verdict.unkeyed,
        "heads without a key": len(verdict.unkeyed_heads),
    }
    remarks_text = "".join(f", {many} {what}" for what, many in remarks.items() if many)
    many = len(verdict.faults) + len(missing)
    state = f"{many} faults" if many else "ok"
    typer.echo(f"{verdict.tenant}: {state}, {verdict.entries} entries{remarks_text}")
    lines = [*map(_fault_line, verdict.faults), *map(_unrecorded_line, missing)]
    for line in lines[:_MOST_LISTED]:
        typer.echo(f"  {line}")
    if (more := len(lines) - _MOST_LISTED) > 0:
        typer.echo(f"  and {more} more")


def _fault_line(fault: Fault) -> str:
    if fault.shard is None and not fault.entry_id:
        return fault.what
    place = "" if fault.shard is None else f"shard {fault.shard}, "
    return f"{place}entry {fault.entry_id or 'none'}: {fault.what}"


def _unrecorded_line(missing: Unrecorded) -> str:
    return f"{missing.resource} {missing.record_id}: the entry of its creation has been removed"
