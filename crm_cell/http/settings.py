"""Settings of the HTTP layer: signature, tenant, concurrency, CORS, rate limits."""

from typing import Annotated

from pydantic import Field

from crm_cell.http.base_path import BASE_PATH, check_base_path
from crm_cell.http.headers import is_tenant
from crm_cell.http.limits.cors import read_origins
from crm_cell.kernel.setting import Integer, Secret, SettingsGroup, Text, checked, within

# Long enough against dictionary attacks.
_MIN_SECRET = 16


def _check_tenant(tenant: str) -> None:
    if not is_tenant(tenant):
        raise ValueError("must be 1 to 64 letters, digits, dots, hyphens or underscores")


def _check_secret(secret: str) -> None:
    if len(secret) < _MIN_SECRET:
        raise ValueError(f"must have at least {_MIN_SECRET} characters")


class HttpSettings(SettingsGroup):
    signing_secret: Annotated[Secret, checked(_check_secret)] = Field(
        default=None, validation_alias="CELL_SIGNING_SECRET"
    )
    """The secret for the gateway's signature; at least 16 characters"""
    default_tenant_id: Annotated[Text | None, checked(_check_tenant)] = None
    """The tenant of requests without X-Tenant-Id"""
    metrics_token: Secret = None
    """A separate bearer token for Prometheus at /metrics"""
    # At least 5, so that the share for reads is at least one.
    slots: Annotated[Integer, within(5, 5_000, or_zero=True)] = 0
    """Maximum number of concurrent requests in each process, 5 to 5000; 0 is 256 on SQLite, and
    four for each connection to PostgreSQL"""
    public_base_path: Annotated[str, checked(check_base_path)] = BASE_PATH
    """The public prefix of paths, such as `/tools/crm`, or `/`"""
    cors_origins: Annotated[Text | None, checked(read_origins)] = None
    """Origins whose web pages may call the API, separated by commas: `https://crm.example.com`"""
    rate_limit_tenant: Integer = 0
    """Requests per second of each tenant to each process; 0 is no limit"""
    rate_limit_token: Integer = 0
    """Requests per second of each bearer token to each process; 0 is no limit"""
    rate_limit_burst: Annotated[Integer, within(1, 3_600)] = 10
    """Burst in seconds: how long unused requests accumulate, 1 to 3600"""
