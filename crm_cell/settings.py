"""All settings, read from the environment and validated at start. Each area declares its own."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource

from crm_cell.audit.settings import AuditSettings
from crm_cell.encryption.settings import EncryptionSettings
from crm_cell.http.settings import HttpSettings
from crm_cell.identity.settings import IdentitySettings
from crm_cell.kernel.setting import (
    FROM_FILE,
    Flag,
    Integer,
    SettingsGroup,
    checked,
    field_docstrings,
    within,
)
from crm_cell.kernel.setting_names import closest_name, unknown_names
from crm_cell.opportunities.settings import DealSettings
from crm_cell.storage.open import CONNECTIONS, check_url

# Variables for installation, tests and builds, which may be set too.
_FOR_OTHERS = {"CRM_SERVICE", "CRM_SKIP_ASSETS", "CRM_SKIP_CONSOLE", "CRM_TEST_DATABASE_URL"}


class SettingsError(Exception):
    """An invalid setting. The text names it and its valid values."""


class ServiceSettings(SettingsGroup):
    host: str = "127.0.0.1"
    """Address to listen on"""
    port: Annotated[Integer, within(1, 65_535)] = Field(default=8001, validation_alias="PORT")
    """Port to listen on, 1 to 65535"""
    database_url: Annotated[str, checked(check_url), FROM_FILE] = "sqlite:///data/crm.db"
    """Location of the database: `sqlite:///path/to/file.db` or `postgresql://user@host/database`"""
    # At least one for short work, one for long work.
    database_connections: Annotated[Integer, within(2, 500)] = CONNECTIONS
    """Maximum number of connections from each process to PostgreSQL, 2 to 500"""
    demo: Flag = True
    """Fill an empty database with the tenant `demo`: 1 or 0"""
    # The gateway retries within minutes, mobile clients within a day.
    idempotency_ttl_hours: Annotated[Integer, within(24)] = 72
    """Retention of responses for replay, in hours; at least 24"""
    events_retention_days: Annotated[Integer, within(0, 36_500)] = 0
    """Retention of events in days, delivered or not; 0 is forever"""
    changes_days: Annotated[Integer, within(1, 36_500)] = 30
    """How many days `GET /changes` goes back, if events are retained for as long"""
    recycle_days: Annotated[Integer, within(0, 36_500)] = 30
    """Days after which deleted records are removed for good; 0 is never"""
    notification_days: Annotated[Integer, within(0, 36_500)] = 90
    """Retention of notifications in days, read or not; 0 is forever"""
    mask_email: Flag = False
    """Mask e-mail addresses everywhere, as l***@example.com: 1 or 0"""
    reveals_per_day: Integer = 100
    """How many times a user may reveal contact details per day, in UTC"""
    dry_run_rows_per_day: Integer = 20_000
    """How many rows a user who sees only their own records may test by dry runs of an import per
    day, in UTC"""
    duplicate_checks_per_day: Integer = 200
    """How many times a user who sees only their own records may check for duplicates per day, in
    UTC"""
    search_texts: Flag = False
    """Search the contents of follow-ups as well: 1 or 0"""
    users: Literal["auto", "open", "registered"] = "auto"
    """Who can be an owner: `registered` users only, any id (`open`), or `auto`: registered users as
    soon as the tenant has any"""
    register_users: Flag = False
    """Register users with their first request: 1 or 0"""
    # Few orchestrators wait longer than this for a process to end.
    drain_seconds: Annotated[Integer, within(0, 300)] = 5
    """Seconds for which the service continues to answer after SIGTERM, with `/readyz` at 503,
    before it stops listening; 0 to 300"""
    log_format: Literal["auto", "json", "text"] = "auto"
    """`json` lines, coloured `text`, or `auto`: text on a terminal"""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Minimum level of log lines"""


class Settings(
    AuditSettings,
    IdentitySettings,
    EncryptionSettings,
    HttpSettings,
    DealSettings,
    ServiceSettings,
    defer_build=False,
):
    """The fields of the last parent class come first, as in docs/reference/settings.md."""

    @model_validator(mode="after")
    def _check_callers(self) -> Self:
        if self.auth_mode == "gateway" and self.signing_secret is None:
            raise ValueError("CELL_SIGNING_SECRET: must be set with CRM_AUTH_MODE=gateway")
        if self.auth_mode == "dev" and not _is_loopback(self.host):
            raise ValueError(
                "CRM_HOST: must be a loopback address with CRM_AUTH_MODE=dev, which lets anybody in"
            )
        return self


_FIELDS = {
    str(field.validation_alias): (name, field) for name, field in Settings.model_fields.items()
}
# Settings without repr may also be read from a file.
_BY_FILE = {name: f"{name}_FILE" for name, (_, field) in _FIELDS.items() if not field.repr}
_KNOWN = {*_FIELDS, *_BY_FILE.values(), *_FOR_OTHERS}


class Setting(NamedTuple):
    """`by_file`: `{variable}_FILE` may contain the path of a file with the value."""

    variable: str
    meaning: str
    by_file: bool


def settings_table() -> list[tuple[Setting, Any]]:
    """All settings with their defaults, in order. A test compares the documentation with it."""
    meaning = field_docstrings(Settings)
    return [
        (Setting(variable, meaning[name], variable in _BY_FILE), field.default)
        for variable, (name, field) in _FIELDS.items()
    ]


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingsError for an invalid value, and for an unknown name that is similar to a
    setting. `ignored_variables` lists other unknown names."""
    for variable in unknown_names(environment, _KNOWN):
        if meant := closest_name(variable, _KNOWN):
            raise SettingsError(f"{variable}: there is no such setting; did you mean {meant}?")
    source = EnvSettingsSource(Settings)
    # Not the whole environment, where pydantic would take a variable `port` for the field.
    source.env_vars = _values(environment)
    try:
        return Settings(**source())
    except ValidationError as error:  # not chained, because it may contain a secret
        text = _translate(error.errors(include_url=False)[0])
    raise SettingsError(text)


def ignored_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Unknown variables with a prefix of our settings, to warn about."""
    return unknown_names(environment, _KNOWN)


def _values(environment: Mapping[str, str]) -> dict[str, str]:
    """The values by variable, from the environment or from files."""
    values = {name: environment[name] for name in _FIELDS if name in environment}
    for variable, file in _BY_FILE.items():
        if file in environment:
            if variable in values:
                raise SettingsError(f"{file}: {variable} is set too")
            values[variable] = _read_file(file, environment[file])
    return values


def _read_file(variable: str, path: str) -> str:
    """Errors leave out the path, which may be a secret in the wrong variable."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not text"
        raise SettingsError(f"{variable}: the file that it names cannot be read: {why}") from None


def _translate(fault: ErrorDetails) -> str:
    """The error message, without the value."""
    context = fault["ctx"]
    if fault["type"] == "literal_error":
        text = "must be one of " + context["expected"].replace(" or ", ", ").replace("'", "")
    else:
        text = str(context["error"])
    return ": ".join([*map(str, fault["loc"]), text])


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
