"""Settings from the environment, read once, checked at start, refused when unknown."""

import ipaddress
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec

from crm_cell.audit.settings import AuditSettings
from crm_cell.audit.settings import complaints as audit_complaints
from crm_cell.http.base_path import BASE_PATH, check_base_path
from crm_cell.http.cors import read_origins
from crm_cell.http.headers import is_tenant
from crm_cell.identity.settings import complaints as identity_complaints
from crm_cell.kernel.setting import Bounds, Complaint, Setting
from crm_cell.kernel.setting_names import probably_meant, unknown_names
from crm_cell.secrets.sources import KeySource
from crm_cell.secrets.sources import complaints as key_complaints
from crm_cell.storage.open import CONNECTIONS, UnsupportedDatabase, check_url

# Set for installing, testing and building, never read here; they may well be in the environment.
_FOR_OTHERS = {"CRM_SKIP_ASSETS", "CRM_TEST_DATABASE_URL"}
_PORTS = Bounds(1, 65_535)
# The gateway retries within minutes, mobile clients within a day.
_TTL_HOURS = Bounds(24)
_DAYS = Bounds(0, 36_500)
# A secret that a machine with a dictionary cannot guess.
_LEAST_SECRET = 16
_MOST_DIGITS = 9
_BURST = Bounds(1, 3_600)
# An orchestrator that waits longer than this for a process to end is rare.
_DRAIN = Bounds(0, 300)
# So that a share of them is one at least.
_SLOTS = Bounds(5, 5_000, or_zero=True)
# One for short work and one for long; and no server is glad of thousands.
_POOL = Bounds(2, 500)


class SettingsError(Exception):
    """A setting is wrong; the text names it and says what it takes."""


class Settings(AuditSettings, frozen=True):
    """Those of identity and of the audit trail stand behind these, in the documentation too."""

    host: Annotated[str, Setting("CRM_HOST", "Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Setting("PORT", "Port to listen on, 1 to 65535", bounds=_PORTS)] = 8001
    database_url: Annotated[
        str,
        Setting(
            "CRM_DATABASE_URL",
            "Where the data lies: `sqlite:///path/to/file.db` or `postgresql://user@host/database`",
            True,
        ),
    ] = "sqlite:///data/crm.db"
    database_connections: Annotated[
        int,
        Setting(
            "CRM_DATABASE_CONNECTIONS",
            "The most connections that each process has to PostgreSQL, 2 to 500",
            bounds=_POOL,
        ),
    ] = CONNECTIONS
    demo: Annotated[
        bool, Setting("CRM_DEMO", "Fill an empty database with the tenant `demo`: 1 or 0")
    ] = True
    signing_secret: Annotated[
        str | None,
        Setting(
            "CELL_SIGNING_SECRET",
            "The secret that the gateway signs with; at least 16 characters",
            True,
        ),
    ] = None
    default_tenant_id: Annotated[
        str | None, Setting("CRM_DEFAULT_TENANT_ID", "Fills a missing X-Tenant-Id")
    ] = None
    idempotency_ttl_hours: Annotated[
        int,
        Setting(
            "CRM_IDEMPOTENCY_TTL_HOURS",
            "How long answers are kept for replay; at least 24",
            bounds=_TTL_HOURS,
        ),
    ] = 72
    events_retention_days: Annotated[
        int,
        Setting(
            "CRM_EVENTS_RETENTION_DAYS",
            "How long events are kept, delivered or not; 0 is for ever",
            bounds=_DAYS,
        ),
    ] = 0
    encryption_key: Annotated[
        str | None,
        Setting(
            "CRM_ENCRYPTION_KEY",
            "What numbers and addresses are encrypted with: 32 bytes, in base64 or hex",
            by_file=True,
        ),
    ] = None
    encryption_key_command: Annotated[
        str | None,
        Setting("CRM_ENCRYPTION_KEY_COMMAND", "A command that prints the key, in its place"),
    ] = None
    encryption_old_keys: Annotated[
        str | None,
        Setting(
            "CRM_ENCRYPTION_OLD_KEYS",
            "Keys that data may still be under, with commas between, until `crm-cell keys rotate`",
            by_file=True,
        ),
    ] = None
    encryption_cipher: Annotated[
        Literal["aes-256-gcm", "sm4-gcm"],
        Setting(
            "CRM_ENCRYPTION_CIPHER",
            "What new keys are for: `aes-256-gcm`, or `sm4-gcm` (GB/T 32907)",
        ),
    ] = "aes-256-gcm"
    mask_email: Annotated[
        bool,
        Setting("CRM_MASK_EMAIL", "Show e-mail addresses as l***@example.com, everywhere: 1 or 0"),
    ] = False
    reveals_per_day: Annotated[
        int,
        Setting(
            "CRM_REVEALS_PER_DAY",
            "How often a user may see a number or an address in full, each day in UTC",
        ),
    ] = 100
    dry_run_rows_per_day: Annotated[
        int,
        Setting(
            "CRM_DRY_RUN_ROWS_PER_DAY",
            "How many rows a user who sees only their own may have tested by dry runs of an"
            " import, each day in UTC",
        ),
    ] = 20_000
    metrics_token: Annotated[
        str | None,
        Setting("CRM_METRICS_TOKEN", "A bearer token of its own for Prometheus at /metrics", True),
    ] = None
    slots: Annotated[
        int,
        Setting(
            "CRM_SLOTS",
            "Requests at work at once in each process, 5 to 5000; 0 is 256 on SQLite, and four"
            " for each connection to PostgreSQL",
            bounds=_SLOTS,
        ),
    ] = 0
    drain_seconds: Annotated[
        int,
        Setting(
            "CRM_DRAIN_SECONDS",
            "How long the service goes on answering after SIGTERM, with `/readyz` at 503, before it"
            " stops listening; 0 to 300",
            bounds=_DRAIN,
        ),
    ] = 5
    public_base_path: Annotated[
        str,
        Setting(
            "CRM_PUBLIC_BASE_PATH",
            "The path under which callers reach the service, such as `/tools/crm`, or `/`",
        ),
    ] = BASE_PATH
    cors_origins: Annotated[
        str | None,
        Setting(
            "CRM_CORS_ORIGINS",
            "Origins whose web pages may call, between commas: `https://crm.example.com`",
        ),
    ] = None
    rate_limit_tenant: Annotated[
        int,
        Setting(
            "CRM_RATE_LIMIT_TENANT",
            "Requests that each tenant may make of each process in a second; 0 is no limit",
        ),
    ] = 0
    rate_limit_token: Annotated[
        int, Setting("CRM_RATE_LIMIT_TOKEN", "The same for each bearer token")
    ] = 0
    rate_limit_burst: Annotated[
        int,
        Setting(
            "CRM_RATE_LIMIT_BURST",
            "For how many seconds they may save up what they do not use, 1 to 3600",
            bounds=_BURST,
        ),
    ] = 10
    log_format: Annotated[
        Literal["auto", "json", "text"],
        Setting("CRM_LOG_FORMAT", "`json` lines, coloured `text`, or `auto`: text on a terminal"),
    ] = "auto"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Setting("CRM_LOG_LEVEL", "The least serious lines that are logged"),
    ] = "info"

    @property
    def keys(self) -> KeySource:
        return KeySource(
            self.encryption_key,
            self.encryption_key_command,
            self.encryption_old_keys,
            self.encryption_cipher,
        )


def settings_table() -> list[tuple[Setting, Any]]:
    """Every setting with its default, in order: the documentation is held to it."""
    return [(_setting(name), field.default) for name, field in _fields().items()]


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingsError for a value that a setting does not take, and for a name that is nearly
    that of a setting. `ignored_variables` lists the others."""
    by_variable = {_setting(name).variable: name for name in _fields()}
    by_file = _by_file()
    known = _known_variables()
    for variable in unknown_names(environment, known):
        if meant := probably_meant(variable, known):
            raise SettingsError(f"{variable}: there is no such setting; did you mean {meant}?")
    given = {**environment}
    for variable in by_file & environment.keys():
        _take_file(given, variable)
    settings = Settings(
        **{
            by_variable[variable]: _parse(by_variable[variable], variable, text)
            for variable, text in given.items()
            if variable in by_variable
        }
    )
    _check(settings)
    return settings


def ignored_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that begin as settings do and are none: each deserves a warning."""
    return unknown_names(environment, _known_variables())


def _known_variables() -> set[str]:
    return {setting.variable for setting, _ in settings_table()} | _by_file() | _FOR_OTHERS


def _by_file() -> set[str]:
    return {f"{setting.variable}_FILE" for setting, _ in settings_table() if setting.by_file}


def _take_file(given: dict[str, str], variable: str) -> None:
    """Put what the file holds where it would stand without one. The path is never repeated: it may
    be the secret itself, set in the wrong variable."""
    meant = variable.removesuffix("_FILE")
    if meant in given:
        raise SettingsError(f"{variable}: {meant} is set too")
    try:
        given[meant] = Path(given[variable]).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not text"
        raise SettingsError(f"{variable}: the file that it names cannot be read: {why}") from None


def _check(settings: Settings) -> None:
    for variable, complaint in _complaints(settings):
        raise SettingsError(f"{variable}: {complaint}")


def _complaints(settings: Settings) -> Iterator[Complaint]:
    """What is wrong, each with its variable."""
    yield from _of_bounds(settings)
    yield from _of_callers(settings)
    yield from key_complaints(settings.keys)
    yield from identity_complaints(settings)
    yield from audit_complaints(settings)
    yield from _of_addresses(settings)


def _of_bounds(settings: Settings) -> Iterator[Complaint]:
    for name in _fields():
        setting = _setting(name)
        if setting.bounds and not setting.bounds.hold(getattr(settings, name)):
            yield setting.variable, f"must be {setting.bounds}"


def _of_callers(settings: Settings) -> Iterator[Complaint]:
    tenant, secret = settings.default_tenant_id, settings.signing_secret
    if tenant is not None and not is_tenant(tenant):
        yield (
            "CRM_DEFAULT_TENANT_ID",
            "must be 1 to 64 letters, digits, dots, hyphens or underscores",
        )
    if secret is not None and len(secret) < _LEAST_SECRET:
        yield "CELL_SIGNING_SECRET", "must have at least 16 characters"
    if settings.auth_mode == "gateway" and secret is None:
        yield "CELL_SIGNING_SECRET", "must be set with CRM_AUTH_MODE=gateway"
    if settings.auth_mode == "dev" and not _is_loopback(settings.host):
        yield (
            "CRM_HOST",
            "must be a loopback address with CRM_AUTH_MODE=dev, which lets anybody in",
        )


def _of_addresses(settings: Settings) -> Iterator[Complaint]:
    try:
        read_origins(settings.cors_origins)
    except ValueError as error:
        yield "CRM_CORS_ORIGINS", str(error)
    try:
        check_base_path(settings.public_base_path)
    except ValueError as error:
        yield "CRM_PUBLIC_BASE_PATH", str(error)
    try:
        check_url(settings.database_url)
    except UnsupportedDatabase as error:
        yield "CRM_DATABASE_URL", str(error)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fields() -> dict[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(Settings)}


@cache
def _setting(name: str) -> Setting:
    setting = get_args(get_type_hints(Settings, include_extras=True)[name])[1]
    assert isinstance(setting, Setting)
    return setting


def _parse(name: str, variable: str, text: str) -> Any:
    kind = get_type_hints(Settings)[name]
    try:
        if kind in _PARSERS:
            return _PARSERS[kind](text)
        return _one_of(kind, text) if get_args(kind) else text
    except ValueError as error:
        raise SettingsError(f"{variable}: {error}") from None


def _one_of(kind: Any, text: str) -> str:
    allowed = [choice for choice in get_args(kind) if isinstance(choice, str)]
    if allowed and text not in allowed:
        raise ValueError(f"must be one of {', '.join(allowed)}")
    if not text:
        raise ValueError("must not be empty")
    return text


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("must be 0 or 1")
    return text == "1"


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError("must be a whole number")
    return int(text)


_PARSERS: dict[Any, Callable[[str], Any]] = {bool: _flag, bool | None: _flag, int: _whole}
