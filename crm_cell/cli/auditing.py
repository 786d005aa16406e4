"""`crm-cell audit`: whether the audit trail is as it was written. May run beside the service."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import typer

from crm_cell.audit import chain, heads, store
from crm_cell.audit.register import registering
from crm_cell.audit.register.checking import State, tenants_gone
from crm_cell.audit.register.store import EVERYBODY
from crm_cell.audit.slices import verify_beside
from crm_cell.audit.verifying import Fault, Place, Verdict
from crm_cell.cli.caller import caller, progress
from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.database import ready_settings, with_database
from crm_cell.settings import Settings
from crm_cell.storage import unrecorded
from crm_cell.storage.engine import EVERY_TENANT, ChainKeys, Database
from crm_cell.storage.unrecorded import Unrecorded

# Of a trail that is broken everywhere: the first ones tell where to look.
_MOST_TOLD = 100

Signed = dict[str, dict[Place, bytes]]
"""By tenant, which entries were the last of their lanes at some time, and their links."""


class Found(msgspec.Struct, frozen=True):
    """What has been found out about some trails, or all."""

    trails: list[tuple[Verdict, list[Unrecorded]]]
    register: State
    """Of all tenants; empty where only one was asked for."""

    @property
    def is_unsealed(self) -> bool:
        return self.register.is_unsealed or any(
            verdict.unsealed or verdict.is_register_unsealed for verdict, _ in self.trails
        )


def verify_trail(tenant: str | None, heads_file: Path | None) -> None:
    """Raises Complaint where anything is wrong."""
    settings = ready_settings()
    signed = _read(heads_file, settings.chain_keys) if heads_file else {}
    found = with_database(lambda database: _look(database, settings, tenant, signed))
    if faults := _tell_all(found):
        raise Complaint(f"{faults} faults found")
    if found.is_unsealed:
        raise Complaint("some chains are not under CRM_AUDIT_KEY: crm-cell audit seal puts them")


async def trail_faults(database: Database, settings: Settings) -> int:
    """Tell of each tenant's trail whether it is as it was written; gives the number of faults."""
    return _tell_all(await _look(database, settings, None, {}))


async def _look(
    database: Database, settings: Settings, tenant: str | None, signed: Signed
) -> Found:
    keys, days = settings.chain_keys, settings.audit_retention_days
    register = await _register(database, keys, tenant)
    verdicts = await _verify(database, keys, tenant, signed)
    trails = [(verdict, await _unrecorded(database, verdict, days)) for verdict in verdicts]
    return Found(trails, register)


async def _register(database: Database, keys: ChainKeys, tenant: str | None) -> State:
    return State() if tenant else await tenants_gone(database, keys)


def _tell_all(found: Found) -> int:
    _tell_register(found.register)
    for verdict, missing in found.trails:
        _tell(verdict, missing)
    faults = sum(len(verdict.faults) + len(missing) for verdict, missing in found.trails)
    return faults + len(found.register.faults)


def _tell_register(state: State) -> None:
    if state.faults:
        typer.echo(f"register of tenants: {len(state.faults)} faults")
    for fault in state.faults[:_MOST_TOLD]:
        typer.echo(f"  {fault}")


def seal(tenant: str | None) -> None:
    """Raises Complaint, and seals nothing of a tenant whose trail is not as it was written."""
    keys, days = _keys(), ready_settings().audit_retention_days

    async def work(database: Database) -> tuple[Found, list[int]]:
        register = await _register(database, keys, tenant)
        await _seal_register(database, register)
        trails, sealed = [], []
        for verdict in await _verify(database, keys, tenant, {}):
            missing = [] if verdict.faults else await _unrecorded(database, verdict, days)
            sealed.append(0 if missing else await _seal(database, verdict))
            trails.append((verdict, missing))
        return Found(trails, register), sealed

    found, sealed = with_database(work)
    _tell_register(found.register)
    for (verdict, missing), many in zip(found.trails, sealed, strict=True):
        _tell(verdict, missing)
        typer.echo(f"  sealed: {many}")
    faults = sum(len(verdict.faults) + len(missing) for verdict, missing in found.trails)
    if faults := faults + len(found.register.faults):
        raise Complaint(f"{faults} faults found")


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
    with_trail = await database.read("audit.tenants", EVERY_TENANT, store.tenants, long=True)
    with_records = await database.read("records", EVERY_TENANT, unrecorded.tenants, long=True)
    return sorted({*with_trail, *with_records, *signed})


async def _seal(database: Database, verdict: Verdict) -> int:
    if verdict.faults or not (verdict.unsealed or verdict.is_register_unsealed):
        return 0
    tenant = verdict.tenant
    return await database.write("audit.seal", tenant, lambda tx: chain.seal(tx, tenant))


async def _seal_register(database: Database, state: State) -> None:
    if state.is_unsealed and not state.faults:
        await database.write("audit.seal", EVERY_TENANT, lambda tx: registering.seal(tx, EVERYBODY))


def _keys() -> ChainKeys:
    settings = ready_settings()
    if settings.audit_key is None:
        raise Complaint("CRM_AUDIT_KEY: must be set: crm-cell keys new prints a key", MISUSED)
    return settings.chain_keys


def _read(file: Path, keys: ChainKeys) -> Signed:
    """Raises Complaint for a line that is not as it was signed."""
    signed: Signed = defaultdict(dict)
    try:
        lines = heads.read(file)
    except ValueError as error:
        raise Complaint(f"{file}: {error}") from error
    for number, head in enumerate(lines, 1):
        if not head.is_genuine(keys):
            raise Complaint(f"{file}:{number}: this line was not signed with CRM_AUDIT_KEY")
        signed[head.tenant_id][head.lane, head.last_id] = bytes.fromhex(head.link)
    return signed


def _tell(verdict: Verdict, missing: Sequence[Unrecorded] = ()) -> None:
    remarks = {
        "wiped": verdict.wiped,
        "from before the chain": verdict.unchained,
        "chained without a key": verdict.unkeyed,
        "heads without a key": len(verdict.unsealed),
    }
    told = "".join(f", {many} {what}" for what, many in remarks.items() if many)
    many = len(verdict.faults) + len(missing)
    state = f"{many} faults" if many else "ok"
    typer.echo(f"{verdict.tenant}: {state}, {verdict.entries} entries{told}")
    lines = [*map(_fault_line, verdict.faults), *map(_unrecorded_line, missing)]
    for line in lines[:_MOST_TOLD]:
        typer.echo(f"  {line}")
    if (more := len(lines) - _MOST_TOLD) > 0:
        typer.echo(f"  and {more} more")


def _fault_line(fault: Fault) -> str:
    if fault.lane is None and not fault.entry_id:
        return fault.what
    place = "" if fault.lane is None else f"lane {fault.lane}, "
    return f"{place}entry {fault.entry_id or 'none'}: {fault.what}"


def _unrecorded_line(missing: Unrecorded) -> str:
    return f"{missing.resource} {missing.record_id}: the entry of its creation has been removed"
