"""`crm-cell subject`: what is kept of a person, handed out or erased, beside the service too."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from crm_cell.cli.caller import caller
from crm_cell.cli.complaint import FAILED, MISUSED, Complaint
from crm_cell.cli.database import ready_settings, with_database
from crm_cell.http.fields import Bad, email, phone
from crm_cell.kernel.errors import Conflict
from crm_cell.storage.engine import Database
from crm_cell.storage.open import is_postgres, scrub
from crm_cell.subjects.erasing import Erasing, Traces
from crm_cell.subjects.exporting import Exporting
from crm_cell.subjects.finding import find
from crm_cell.subjects.rules import Found, Subject

STANDARD_OUTPUT = "-"
# Of who runs the command, and of nobody else.
_MODE = 0o600


def subject(
    phone_: str | None, email_: str | None, customer: str | None, contact: str | None
) -> Subject:
    """Raises Complaint unless exactly one is given, and well formed."""
    if sum(given is not None for given in (phone_, email_, customer, contact)) != 1:
        raise Complaint("one of --phone, --email, --customer, --contact is needed", MISUSED)
    return Subject(
        phone=_checked("--phone", phone_, phone()),
        email=_checked("--email", email_, email()),
        customer_id=customer,
        contact_id=contact,
    )


def export(tenant: str, whose: Subject, out: str) -> None:
    actor = caller(tenant, None)

    async def work(database: Database) -> dict[str, int]:
        found = await find(database, actor.tenant, whose)
        _show_similar(found)
        if found.is_empty:
            raise Complaint(_nothing(actor.tenant))
        with _opened(out) as write:
            return await Exporting(database, actor, whose, found).run(write)

    _show("handed out", with_database(work), err=out == STANDARD_OUTPUT)


def erase(tenant: str, whose: Subject, *, yes: bool, dry_run: bool) -> None:
    actor = caller(tenant, None)

    async def work(database: Database) -> bool:
        found = await find(database, actor.tenant, whose)
        _show_similar(found)
        if found.is_empty:
            typer.echo(_nothing(actor.tenant))
            return not dry_run
        erasing = Erasing(database, actor, found)
        traces = await erasing.traces()
        _announce(found, traces)
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
        raise Complaint("a contract has been made meanwhile: run it again") from error
    if erased:
        _clean_up()


def _nothing(tenant: str) -> str:
    """No more than what was looked for: notes may still speak of the person."""
    return f"{tenant} has no record with that number, address or id"


def _show_similar(found: Found) -> None:
    """On standard error: a document may go to standard output."""
    if found.similar:
        typer.echo("similar, and left alone; look at each, and name it by its id:", err=True)
    for each in found.similar:
        typer.echo(f"  --{each.resource} {each.id}  {each.shown}", err=True)


def _announce(found: Found, traces: Traces) -> None:
    fate = "made anonymous, as they have contracts" if found.contracts else "deleted"
    opportunities = "given another title" if found.contracts else "deleted"
    lines = {
        f"customers, {fate}": found.customers,
        "customers that lose their number and address": found.reached,
        "contacts, deleted": found.contacts,
        f"opportunities, {opportunities}": found.opportunities,
        "follow-ups, deleted": found.follow_ups,
        "contracts, untouched": found.contracts,
        "payments, untouched": found.payments,
        "events, reduced to ids": traces.events,
        "stored answers, taken away": traces.answers,
        "audit entries, emptied": traces.entries,
    }
    for said, each in lines.items():
        typer.echo(f"{len(each):>9} {said}")


def _confirm() -> None:
    if not typer.confirm("This cannot be undone. Erase it?", err=True):
        raise Complaint("nothing was erased", FAILED)


def _clean_up() -> None:
    """Once the database is closed: what was deleted may still lie in its file."""
    url = ready_settings().database_url
    if scrub(url):
        typer.echo("erased")
    elif is_postgres(url):
        typer.echo("erased; VACUUM frees the room of deleted rows, in the server's own time")
    else:
        typer.echo(
            "erased; deleted text may still lie in unused parts of the file: the same command"
            " writes it anew when no service runs, and there is room for a second one"
        )


@contextmanager
def _opened(out: str) -> Iterator[Callable[[bytes], object]]:
    """A new file. What goes wrong leaves none."""
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
        checked: str = form.extra["check"](value)
    except Bad:
        raise Complaint(f"{option} {value}: not in the form of one", MISUSED) from None
    return checked
