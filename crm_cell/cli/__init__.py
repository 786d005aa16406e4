"""The menu. What a command needs is imported when it runs, so that `serve` starts fast."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crm_cell.cli.backup_menu import backup, restore
from crm_cell.cli.complaint import Complaint, told
from crm_cell.cli.files_menu import export, import_
from crm_cell.cli.options import Tenant
from crm_cell.cli.standard_streams import open_missing
from crm_cell.cli.version import Version

app = typer.Typer(
    name="crm-cell",
    help="A multi-tenant CRM service. Settings come from the environment; `check` reads them back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

token = typer.Typer(
    help="Keys for machines; each may be changed while the service runs.", no_args_is_help=True
)
app.add_typer(token, name="token")

keys = typer.Typer(
    help="The keys that numbers and addresses are encrypted with.", no_args_is_help=True
)
app.add_typer(keys, name="keys")

audit = typer.Typer(help="Whether the audit trail is as it was written.", no_args_is_help=True)
app.add_typer(audit, name="audit")

subject = typer.Typer(
    help="What is kept of a person, handed out or erased; may run beside the service.",
    no_args_is_help=True,
)
app.add_typer(subject, name="subject")


@app.callback()
def options(version: Version = False) -> None:
    """A multi-tenant CRM service. Settings come from the environment; `check` reads them back."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. What goes wrong is one line on standard error, and the exit code."""
    open_missing()
    try:
        app(arguments)
    except Complaint as complaint:
        typer.echo(f"crm-cell: {complaint}", err=True)
        sys.exit(complaint.exit_code)


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Listen here instead of at CRM_HOST.", metavar="ADDRESS")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Listen here instead of at PORT.")] = None,
    workers: Annotated[
        int,
        typer.Option(min=1, max=64, help="Processes to serve with, on PostgreSQL."),
    ] = 1,
) -> None:
    """Run the service until SIGTERM or Ctrl-C; a second one does not wait for what is running.

    Brings the database to this release's schema first, and fills an empty one with the tenant
    `demo` unless CRM_DEMO is 0.
    """
    from crm_cell.cli import serving

    with told():
        serving.serve(host, port, workers)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this release. Stop the service first."""
    from crm_cell.cli import upkeep

    with told():
        upkeep.migrate()


@app.command()
def demo() -> None:
    """Fill an empty database with half a year of made-up sales, in the tenant `demo`."""
    from crm_cell.cli import upkeep

    with told():
        upkeep.demo()


@app.command()
def contract(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("api_contract.yaml"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail unless the file is up to date.")
    ] = False,
) -> None:
    """Write the OpenAPI document of the API."""
    from crm_cell.cli import upkeep

    with told():
        upkeep.contract(file, check=check)


app.command("import")(import_)
app.command()(export)
app.command()(backup)
app.command()(restore)


@app.command()
def check(
    counters: Annotated[
        bool, typer.Option("--counters", help="Also count every row anew; takes a while.")
    ] = False,
) -> None:
    """Check settings, database, schema and integrity; the exit code is 1 when anything is wrong."""
    from crm_cell.cli import checking

    with told():
        checking.check(counters=counters)


@app.command()
def move(
    source: Annotated[
        str,
        typer.Option("--from", help="Where the data is; nobody may be using it.", metavar="URL"),
    ],
    target: Annotated[
        str, typer.Option("--to", help="Where it goes: an empty database.", metavar="URL")
    ],
) -> None:
    """Copy everything from one database into another, and compare the two.

    Either may be sqlite:///… or postgresql://…. A move that was stopped goes on where it was
    when the same command is run again.
    """
    with told():
        from crm_cell.cli import moving

        moving.move(source, target)


KeyId = Annotated[str, typer.Argument(help="The key's id, as `list` tells it.")]
Expires = Annotated[
    str, typer.Option(help="When it ends: 90d, 12h, 2027-01-31 or never.", metavar="WHEN")
]


@token.command("create")
def create_token(
    tenant: Tenant,
    name: Annotated[str, typer.Option(help="What it is for.", metavar="TEXT")],
    scopes: Annotated[
        str, typer.Option(help="What it may do: crm:read, crm:write …", metavar="SCOPES")
    ],
    expires: Expires = "90d",
    user: Annotated[
        str | None,
        typer.Option(help="Act as this user; without it, as itself.", metavar="ID"),
    ] = None,
) -> None:
    """Make a key, and show it this once."""
    with told():
        from crm_cell.cli import tokens

        tokens.create(tenant, name, scopes, expires, user)


@token.command("list")
def list_tokens(tenant: Tenant) -> None:
    """List a tenant's keys, the newest first: never the keys themselves."""
    with told():
        from crm_cell.cli import tokens

        tokens.list_(tenant)


@token.command("rotate")
def rotate_token(
    key_id: KeyId,
    tenant: Tenant,
    expires: Annotated[
        str | None,
        typer.Option(help="When the new one ends; else it lives as long.", metavar="WHEN"),
    ] = None,
    overlap: Annotated[
        str, typer.Option(help="How long the old one is still good: 1h, 7d.", metavar="TIME")
    ] = "0",
) -> None:
    """Make a key in the place of another, and show it this once."""
    with told():
        from crm_cell.cli import tokens

        tokens.rotate(tenant, key_id, expires, overlap)


@token.command("revoke")
def revoke_token(key_id: KeyId, tenant: Tenant) -> None:
    """End a key; every process refuses it within 30 s."""
    with told():
        from crm_cell.cli import tokens

        tokens.revoke(tenant, key_id)


@app.command()
def distribute(
    apply: Annotated[
        bool, typer.Option("--apply", help="Run the statements, too; the tables are still empty.")
    ] = False,
    rebalance: Annotated[
        bool,
        typer.Option("--rebalance", help="Move shards until every worker has its share."),
    ] = False,
) -> None:
    """Print the statements by which Citus distributes every table by tenant.

    With --apply and --rebalance, the first comes first. Writes to a shard wait while it moves.
    """
    from crm_cell.cli import distributing

    with told():
        if apply or not rebalance:
            distributing.distribute(apply=apply)
        if rebalance:
            distributing.rebalance()


@keys.command("new")
def new_key() -> None:
    """Print a new key, for CRM_ENCRYPTION_KEY or CRM_AUDIT_KEY."""
    from crm_cell.cli import rotating

    rotating.new()


@keys.command("rotate")
def rotate_keys(
    master_only: Annotated[
        bool,
        typer.Option("--master-only", help="Leave the keys of tenants and what is under them."),
    ] = False,
) -> None:
    """Encrypt everything anew, under new keys; may run beside the service.

    The keys of tenants go under CRM_ENCRYPTION_KEY from those in CRM_ENCRYPTION_OLD_KEYS, and each
    tenant gets new ones. What lies open is encrypted; so this turns encryption on, too. Whatever
    interrupts it, the next run goes on there.
    """
    with told():
        from crm_cell.cli import rotating

        rotating.rotate(master_only=master_only)


SomeTenant = Annotated[
    str | None, typer.Option(help="Of this tenant, instead of all.", metavar="ID")
]


@audit.command("verify")
def verify_audit(
    tenant: SomeTenant = None,
    heads: Annotated[
        Path | None,
        typer.Option(help="What was signed in this file must be there still.", metavar="FILE"),
    ] = None,
) -> None:
    """Go through the chains link by link; the exit code is 1 when anything is wrong.

    An entry that was changed, removed, moved or put in is found, and so are newest ones that were
    cut off. With --heads, so is an old copy of the database in the place of the newer one.
    """
    with told():
        from crm_cell.cli import auditing

        auditing.verify_trail(tenant, heads)


@audit.command("heads")
def audit_heads() -> None:
    """Print the signed ends of all chains, a line each, to be kept somewhere else."""
    with told():
        from crm_cell.cli import auditing

        auditing.sign_heads()


@audit.command("seal")
def seal_audit(tenant: SomeTenant = None) -> None:
    """Put chains from before CRM_AUDIT_KEY was set under it, once they have been verified."""
    with told():
        from crm_cell.cli import auditing

        auditing.seal(tenant)


Phone = Annotated[str | None, typer.Option(help="Whoever has this number.", metavar="NUMBER")]
Email = Annotated[str | None, typer.Option(help="Whoever has this address.", metavar="ADDRESS")]
Customer = Annotated[
    str | None, typer.Option(help="A customer, with all that belongs to it.", metavar="ID")
]
Contact = Annotated[
    str | None, typer.Option(help="A contact, with the follow-ups that name it.", metavar="ID")
]


@subject.command("export")
def export_subject(
    tenant: Tenant,
    out: Annotated[
        str, typer.Option(help="Where to: a new file, or - for standard output.", metavar="FILE")
    ],
    phone: Phone = None,
    email: Email = None,
    customer: Customer = None,
    contact: Contact = None,
) -> None:
    """Write all that is kept of a person as one JSON document, numbers in full.

    Deleted records are in it too, with what the audit trail, events and stored answers say of
    them. That it was handed out is put on the audit trail.
    """
    with told():
        from crm_cell.cli import subjects

        whose = subjects.subject(phone, email, customer, contact)
        subjects.export(tenant, whose, out)


@subject.command("erase")
def erase_subject(
    tenant: Tenant,
    phone: Phone = None,
    email: Email = None,
    customer: Customer = None,
    contact: Contact = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would go, and leave it.")
    ] = False,
) -> None:
    """Erase all that is kept of a person, for good; contracts and payments stay.

    Whatever interrupts it, the same command again goes on.
    """
    with told():
        from crm_cell.cli import subjects

        whose = subjects.subject(phone, email, customer, contact)
        subjects.erase(tenant, whose, yes=yes, dry_run=dry_run)


@app.command()
def version() -> None:
    """Tell which release this is."""
    from crm_cell import __version__

    typer.echo(__version__)
