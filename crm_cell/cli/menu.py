"""The commands and their options. A command imports its code when it runs, for a fast start."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crm_cell.cli.backup_menu import backup, restore
from crm_cell.cli.errors import CommandError, report_errors
from crm_cell.cli.files_menu import export, import_
from crm_cell.cli.loading import load_quickly
from crm_cell.cli.options import Tenant
from crm_cell.cli.standard_streams import open_missing
from crm_cell.cli.version import Version

app = typer.Typer(
    name="crm-cell",
    help="A multi-tenant CRM service. Settings come from the environment; `check` verifies them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

token = typer.Typer(help="API keys; may run beside the service.", no_args_is_help=True)
app.add_typer(token, name="token")

keys = typer.Typer(help="Keys of field encryption.", no_args_is_help=True)
app.add_typer(keys, name="keys")

audit = typer.Typer(help="Verification of the audit log.", no_args_is_help=True)
app.add_typer(audit, name="audit")

subject = typer.Typer(
    help="Data-subject requests: export and erasure; may run beside the service.",
    no_args_is_help=True,
)
app.add_typer(subject, name="subject")


@app.callback()
def options(version: Version = False) -> None:
    """A multi-tenant CRM service. Settings come from the environment; `check` verifies them."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. An error is one line on standard error, and the exit code."""
    open_missing()
    try:
        app(arguments)
    except CommandError as error:
        typer.echo(f"crm-cell: {error}", err=True)
        sys.exit(error.exit_code)


@app.command()
def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on, instead of CRM_HOST.", metavar="ADDRESS"),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, instead of PORT.")] = None,
    workers: Annotated[
        int,
        typer.Option(min=1, max=64, help="Number of processes, on PostgreSQL."),
    ] = 1,
) -> None:
    """Run the service until SIGTERM or Ctrl-C; a second signal ends it at once.

    First migrates the database to this release's schema, and fills an empty one with the tenant
    `demo` unless CRM_DEMO is 0.
    """
    serve_command = load_quickly("crm_cell.cli.serve")
    with report_errors():
        serve_command.serve(host, port, workers)


@app.command()
def migrate() -> None:
    """Migrate the database to the schema of this release. Stop the service first."""
    from crm_cell.cli import maintenance

    with report_errors():
        maintenance.migrate()


@app.command()
def demo() -> None:
    """Fill an empty database with half a year of sample data, in the tenant `demo`."""
    from crm_cell.cli import maintenance

    with report_errors():
        maintenance.demo()


@app.command()
def contract(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("api_contract.yaml"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if the file is not up to date.")
    ] = False,
) -> None:
    """Write the OpenAPI document of the API."""
    from crm_cell.cli import maintenance

    with report_errors():
        maintenance.contract(file, check=check)


app.command("import")(import_)
app.command()(export)
app.command()(backup)
app.command()(restore)


@app.command()
def check(
    counters: Annotated[
        bool,
        typer.Option("--counters", help="Also count all rows and compare them with the counters."),
    ] = False,
    search: Annotated[
        bool, typer.Option("--search", help="Also compare the search index with all records.")
    ] = False,
) -> None:
    """Check settings, database, schema and integrity; the exit code is 1 if anything is wrong."""
    from crm_cell.cli import check as check_command

    with report_errors():
        check_command.check(counters=counters, search=search)


@app.command()
def reindex(
    everything: Annotated[
        bool, typer.Option("--all", help="Write every entry, not only missing ones.")
    ] = False,
) -> None:
    """Write the entries that the search index lacks, and remove those of deleted records.

    May run beside the service, which rebuilds the index by itself after an upgrade or `move`.
    Whatever interrupts it, the next run goes on.
    """
    with report_errors():
        from crm_cell.cli import reindex as reindex_command

        reindex_command.reindex(everything=everything)


@app.command()
def move(
    source: Annotated[
        str,
        typer.Option("--from", help="The source; it must not be in use.", metavar="URL"),
    ],
    target: Annotated[
        str, typer.Option("--to", help="The target: an empty database.", metavar="URL")
    ],
) -> None:
    """Transfer all data from one database to another, and compare the two.

    Each may be sqlite:///… or postgresql://…. The same command resumes an interrupted transfer.
    """
    with report_errors():
        from crm_cell.cli import transfer

        transfer.move(source, target)


KeyId = Annotated[str, typer.Argument(help="The key's id, from `list`.")]
Expires = Annotated[
    str, typer.Option(help="Its lifetime: 90d, 12h, 2027-01-31 or never.", metavar="WHEN")
]


@token.command("create")
def create_token(
    tenant: Tenant,
    name: Annotated[str, typer.Option(help="Its purpose.", metavar="TEXT")],
    scopes: Annotated[
        str, typer.Option(help="Its scopes: crm:read, crm:write …", metavar="SCOPES")
    ],
    expires: Expires = "90d",
    user: Annotated[
        str | None,
        typer.Option(help="The key acts as this user; default: as itself.", metavar="ID"),
    ] = None,
) -> None:
    """Create an API key and print it once."""
    with report_errors():
        from crm_cell.cli import tokens

        tokens.create(tenant, name, scopes, expires, user)


@token.command("list")
def list_tokens(tenant: Tenant) -> None:
    """List a tenant's API keys, newest first, without the keys themselves."""
    with report_errors():
        from crm_cell.cli import tokens

        tokens.list_(tenant)


@token.command("rotate")
def rotate_token(
    key_id: KeyId,
    tenant: Tenant,
    expires: Annotated[
        str | None,
        typer.Option(help="The new key's lifetime; default: that of the old.", metavar="WHEN"),
    ] = None,
    overlap: Annotated[
        str, typer.Option(help="How long the old key remains valid: 1h, 7d.", metavar="TIME")
    ] = "0",
) -> None:
    """Replace an API key: create a new one, print it once, and end the old one."""
    with report_errors():
        from crm_cell.cli import tokens

        tokens.rotate(tenant, key_id, expires, overlap)


@token.command("revoke")
def revoke_token(key_id: KeyId, tenant: Tenant) -> None:
    """Revoke an API key; every process refuses it within 30 s."""
    with report_errors():
        from crm_cell.cli import tokens

        tokens.revoke(tenant, key_id)


@app.command()
def distribute(
    apply: Annotated[
        bool, typer.Option("--apply", help="Also run the statements; the tables must be empty.")
    ] = False,
    rebalance: Annotated[
        bool,
        typer.Option("--rebalance", help="Move shards until every worker has its share."),
    ] = False,
) -> None:
    """Print the statements with which Citus distributes every table by tenant.

    With --apply, --rebalance runs afterwards. Writes to a shard wait while it moves.
    """
    from crm_cell.cli import citus

    with report_errors():
        if apply or not rebalance:
            citus.distribute(apply=apply)
        if rebalance:
            citus.rebalance()


@keys.command("new")
def new_key() -> None:
    """Print a new key, for CRM_ENCRYPTION_KEY or CRM_AUDIT_KEY."""
    from crm_cell.cli import keys as keys_command

    keys_command.new()


@keys.command("rotate")
def rotate_keys(
    master_only: Annotated[
        bool,
        typer.Option(
            "--master-only", help="Do not change tenants' keys, nor the values they encrypt."
        ),
    ] = False,
) -> None:
    """Rotate keys and re-encrypt everything; may run beside the service.

    Encrypts all tenants' keys with CRM_ENCRYPTION_KEY instead of CRM_ENCRYPTION_OLD_KEYS, and gives
    each tenant new ones. Plain text is encrypted first, so this also turns encryption on. The next
    run resumes an interrupted one.
    """
    with report_errors():
        from crm_cell.cli import keys as keys_command

        keys_command.rotate(master_only=master_only)


SomeTenant = Annotated[
    str | None, typer.Option(help="Of this tenant, instead of all.", metavar="ID")
]


@audit.command("verify")
def verify_audit(
    tenant: SomeTenant = None,
    heads: Annotated[
        Path | None,
        typer.Option(help="Heads that were signed in this file must exist.", metavar="FILE"),
    ] = None,
) -> None:
    """Verify the hash chains; the exit code is 1 if anything is wrong.

    Detects entries that were changed, removed, moved or inserted, and a truncated end. With
    --heads, also detects that the database was replaced by an old copy.
    """
    with report_errors():
        from crm_cell.cli import audit as audit_command

        audit_command.verify(tenant, heads)


@audit.command("heads")
def audit_heads() -> None:
    """Print the signed heads of all chains, one line each, to be stored on another host."""
    with report_errors():
        from crm_cell.cli import audit as audit_command

        audit_command.sign_heads()


@audit.command("seal")
def authenticate_audit(tenant: SomeTenant = None) -> None:
    """Verify chains from before CRM_AUDIT_KEY was set, and authenticate them with it."""
    with report_errors():
        from crm_cell.cli import audit as audit_command

        audit_command.authenticate(tenant)


Phone = Annotated[str | None, typer.Option(help="Persons with this number.", metavar="NUMBER")]
Email = Annotated[str | None, typer.Option(help="Persons with this address.", metavar="ADDRESS")]
Customer = Annotated[str | None, typer.Option(help="A customer with its records.", metavar="ID")]
Contact = Annotated[
    str | None,
    typer.Option(help="A contact with the follow-ups that refer to it.", metavar="ID"),
]


@subject.command("export")
def export_subject(
    tenant: Tenant,
    out: Annotated[str, typer.Option(help="A new file, or - for standard output.", metavar="FILE")],
    phone: Phone = None,
    email: Email = None,
    customer: Customer = None,
    contact: Contact = None,
) -> None:
    """Export all data about a person as one JSON document, with full numbers.

    Includes deleted records, and data about the person in the audit log, events and stored answers.
    The export is recorded in the audit log.
    """
    with report_errors():
        from crm_cell.cli import privacy

        whose = privacy.subject(phone, email, customer, contact)
        privacy.export(tenant, whose, out)


@subject.command("erase")
def erase_subject(
    tenant: Tenant,
    phone: Phone = None,
    email: Email = None,
    customer: Customer = None,
    contact: Contact = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Report what would be erased, and change nothing."),
    ] = False,
) -> None:
    """Erase all data about a person permanently; contracts and payments remain.

    The same command resumes an interrupted erasure.
    """
    with report_errors():
        from crm_cell.cli import privacy

        whose = privacy.subject(phone, email, customer, contact)
        privacy.erase(tenant, whose, yes=yes, dry_run=dry_run)


@app.command()
def version() -> None:
    """Print the version."""
    from crm_cell import __version__

    typer.echo(__version__)
