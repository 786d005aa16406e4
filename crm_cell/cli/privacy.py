"""`crm-cell subject`: data-subject requests (export and erasure). May run beside the service."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from crm_cell.cli.caller import caller
from crm_cell.cli.database import ready_settings, with_database
from crm_cell.cli.errors import FAILED, MISUSED, CommandError
from crm_cell.fields.checks import InvalidValue, check_of, email, phone
from crm_cell.kernel.errors import Conflict
from crm_cell.privacy.data_subject import DataSubject, Fate, Found
from crm_cell.privacy.erasing import Eraser
from crm_cell.privacy.exporting import Exporter
from crm_cell.privacy.finding import find
from crm_cell.privacy.traces import Traces
from crm_cell.registry import make_services
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource
from crm_cell.storage.engine import Database
from crm_cell.storage.open import is_postgres, scrub

STANDARD_OUTPUT = "-"
# Only the user who runs the command may read the file.
_MODE = 0o600


def subject(
    phone_: str | None, email_: str | None, customer: str | None, contact: str | None
) -> DataSubject:
    """Raises CommandError unless exactly one is given and it is well-formed."""
    if sum(given is not None for given in (phone_, email_, customer, contact)) != 1:
        raise CommandError("one of --phone, --email, --customer, --contact is needed", MISUSED)
    if customer is not None:
        return DataSubject(resource="customer", id=customer)
    if contact is not None:
        return DataSubject(resource="contact", id=contact)
    return DataSubject(
        phone=_checked("--phone", phone_, phone()), email=_checked("--email", email_, email())
    )


def export(tenant: str, whose: DataSubject, out: str) -> None:
    actor, services = caller(tenant, None), make_services()

    async def work(database: Database) -> dict[str, int]:
        found = await find(database, services, actor.tenant, whose)
        _show_similar(found)
        if found.is_empty:
            raise CommandError(_nothing(actor.tenant))
        with _opened(out) as write:
            return await Exporter(database, services, actor, whose, found).run(write)

    _show("exported", with_database(work), err=out == STANDARD_OUTPUT)


def erase(tenant: str, whose: DataSubject, *, yes: bool, dry_run: bool) -> None:
    actor, services = caller(tenant, None), make_services()

    async def work(database: Database) -> bool:
        found = await find(database, services, actor.tenant, whose)
        _show_similar(found)
        if found.is_empty:
            typer.echo(_nothing(actor.tenant))
            return not dry_run
        erasing = Eraser(database, services, actor, found)
        traces = await erasing.traces()
        _announce(services.registry, found, traces)
        if dry_run:
            return False
        if not yes:
            _confirm()
        await database.overwrite_deleted()
        await erasing.run(traces)
        return True

    try:
        erased = with_database(work)
    except Conflict as error:
        raise CommandError(
            "a contract was created in the meantime: run the same command again"
        ) from error
    if erased:
        _clean_up()


def _nothing(tenant: str) -> str:
    """States only what was searched for, because notes may still mention the person."""
    return f"{tenant} has no record with that number, address or id"


def _show_similar(found: Found) -> None:
    """On standard error: a document may go to standard output."""
    if found.similar:
        typer.echo("similar but not included; check each, and pass its id if it matches:", err=True)
    for each in found.similar:
        typer.echo(f"  --{each.resource} {each.id}  {each.shown}", err=True)


def _announce(registry: Registry, found: Found, traces: Traces) -> None:
    lines = [
        *(line for resource in registry for line in _fates(registry, found, resource)),
        ("events, reduced to ids", len(traces.events)),
        ("stored answers, deleted", len(traces.answers)),
        ("audit entries, redacted", len(traces.entries)),
    ]
    for text, count in lines:
        typer.echo(f"{count:>9} {text}")


def _fates(registry: Registry, found: Found, resource: AnyResource) -> Iterator[tuple[str, int]]:
    """The fates of a resource's records. In most resources all records have the same fate."""
    rules, name = registry.erasure, resource.tag
    counts = {fate: len(found.of(fate, resource.table)) for fate in Fate}
    if not rules.erases(resource):
        if counts[Fate.ANONYMISED]:
            yield f"{name}, {_anonymised(registry, found, resource)}", counts[Fate.ANONYMISED]
        else:
            yield f"{name}, untouched", counts[Fate.UNTOUCHED]
        return
    stays = found.has(Fate.ANONYMISED) and rules.may_stay(resource)
    if stays:
        yield f"{name}, {_anonymised(registry, found, resource)}", counts[Fate.ANONYMISED]
    if counts[Fate.DELETED] or not stays:
        yield f"{name}, deleted", counts[Fate.DELETED]
    if resource.is_organisation:
        yield f"{name} that lose their number and address", counts[Fate.CLEARED]


def _anonymised(registry: Registry, found: Found, resource: AnyResource) -> str:
    if resource.is_person:
        reasons = [
            child.tag
            for child, _ in registry.erasure.anonymising(resource)
            if found.all_of(child.table)
        ]
        return "anonymised because of " + " and ".join(reasons or ["records that remain"])
    labels = [
        (field.short_label or field.label or (field.name, field.name))[1].lower()
        for field in resource.fields.values()
        if field.personal
    ]
    return f"given another {' and '.join(labels)}" if labels else "untouched"


def _confirm() -> None:
    if not typer.confirm("This cannot be undone. Erase it?", err=True):
        raise CommandError("nothing was erased", FAILED)


def _clean_up() -> None:
    """Scrub the database file, which may still contain deleted data, after it is closed."""
    url = ready_settings().database_url
    if scrub(url):
        typer.echo("erased")
    elif is_postgres(url):
        typer.echo("erased; the server's VACUUM will remove the deleted rows")
    else:
        typer.echo(
            "erased; unused parts of the file may still contain deleted text: run the same command"
            " again when no service runs and the disk has room for a copy of the file"
        )


@contextmanager
def _opened(out: str) -> Iterator[Callable[[bytes], object]]:
    """Writes to a new file, which is removed after an error."""
    if out == STANDARD_OUTPUT:
        yield sys.stdout.buffer.write
        sys.stdout.flush()
        return
    path = Path(out)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as file:
        try:
            yield file.write
        except BaseException:
            path.unlink()
            raise


def _show(what: str, counts: dict[str, int], *, err: bool) -> None:
    for member, count in counts.items():
        typer.echo(f"{count:>9} {member} {what}", err=err)


def _checked(option: str, value: str | None, form: Any) -> str | None:
    if value is None:
        return None
    try:
        checked: str = check_of(form)(value)
    except InvalidValue:
        raise CommandError(f"{option} {value}: not in the form of one", MISUSED) from None
    return checked
