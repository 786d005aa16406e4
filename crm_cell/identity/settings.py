"""The settings of who is let in, and what can be wrong with them."""

from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from crm_cell.identity.grants import read_roles
from crm_cell.kernel.scopes import ADMIN, ALL, EXPORT, READ, REVEAL, WRITE
from crm_cell.kernel.setting import Complaint, Setting

# `admin` and `client` are the platform's own roles. Its page lists, creates and exports the whole
# tenant's customers, so a client sees the whole tenant; full numbers and the audit trail are left
# to administrators. The other roles: who sells sees their own, who manages the whole tenant.
_ROLES = {
    "viewer": [READ],
    "client": [READ, WRITE, ALL, EXPORT],
    "sales": [READ, WRITE],
    "manager": [READ, WRITE, ALL, EXPORT, REVEAL],
    "admin": [READ, WRITE, ALL, EXPORT, REVEAL, ADMIN],
}
_KEY_SOURCES = ("CRM_JWT_SECRET", "CRM_JWT_PUBLIC_KEY", "CRM_JWT_JWKS_URL")


class IdentitySettings(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the service's Settings. Names of claims are tried in their order."""

    auth_mode: Annotated[
        Literal["dev", "jwt", "platform", "gateway"],
        Setting(
            "CRM_AUTH_MODE",
            "Who is let in: `dev` takes any token, on loopback only; `jwt` verifies signed tokens;"
            " `platform` asks the platform; `gateway` takes what carries the gateway's signature",
        ),
    ] = "dev"
    jwt_secret: Annotated[
        str | None,
        Setting(
            "CRM_JWT_SECRET", "The secret that tokens are signed with; at least 32 bytes", True
        ),
    ] = None
    jwt_public_key: Annotated[
        str | None,
        Setting(
            "CRM_JWT_PUBLIC_KEY",
            "Or the public key that verifies them, or its certificate, in PEM; RSA from 2048 bits",
            True,
        ),
    ] = None
    jwt_jwks_url: Annotated[
        str | None,
        Setting("CRM_JWT_JWKS_URL", "Or the address where the issuer publishes its keys"),
    ] = None
    jwt_algorithm: Annotated[
        str | None,
        Setting(
            "CRM_JWT_ALGORITHM",
            "The one algorithm of the secret or the key, where it is not HS256, RS256, EdDSA or"
            " the curve's",
        ),
    ] = None
    jwt_issuer: Annotated[
        str | None, Setting("CRM_JWT_ISSUER", "What `iss` of every token must be")
    ] = None
    jwt_audience: Annotated[
        str | None, Setting("CRM_JWT_AUDIENCE", "What `aud` of every token must be, or hold")
    ] = None
    jwt_types: Annotated[
        str, Setting("CRM_JWT_TYPES", "What `typ` of a token may be, between commas")
    ] = "JWT,at+jwt"
    platform_auth_url: Annotated[
        str | None,
        Setting("PLATFORM_AUTH_URL", "The platform, which is asked at `/api/auth/me` behind this"),
    ] = None
    jwt_max_age_seconds: Annotated[
        int,
        Setting(
            "CRM_JWT_MAX_AGE_SECONDS",
            "How old a token may be, and how long it may be valid in all, by its `iat`, which it"
            " must then have; 0 is no limit",
        ),
    ] = 0
    user_claim: Annotated[
        str | None,
        Setting(
            "CRM_USER_CLAIM",
            "Where a token or the platform's answer has the user id. By default `sub` in mode"
            " `jwt`, and `sub,userId,user_id,id,username` in mode `platform`",
        ),
    ] = None
    tenant_claim: Annotated[
        str, Setting("CRM_TENANT_CLAIM", "Where a token or the answer has the tenant")
    ] = "tenant_id,tenantId"
    scopes_claim: Annotated[
        str, Setting("CRM_SCOPES_CLAIM", "Where it has scopes: a list, or between blanks")
    ] = "scope,scopes"
    roles_claim: Annotated[
        str, Setting("CRM_ROLES_CLAIM", "Where it has roles; `a.b` is b inside of a")
    ] = "roles,role"
    cells_claim: Annotated[
        str,
        Setting(
            "CRM_CELLS_CLAIM",
            "Where it lists the cells that the user may use. A list that is there must name `crm`",
        ),
    ] = "allowedCells"
    roles: Annotated[
        str,
        Setting("CRM_ROLES", "The scopes of each role, as JSON; those of `*` are everybody's"),
    ] = msgspec.json.encode(_ROLES).decode()
    tenant_from_header: Annotated[
        bool | None,
        Setting(
            "CRM_TENANT_FROM_HEADER",
            "Where the token names no tenant, take it from X-Tenant-Id, which somebody else has"
            " checked: 1 or 0. By default 1 in mode `platform` without CRM_DEFAULT_TENANT_ID,"
            " else 0",
        ),
    ] = None


def complaints(settings: IdentitySettings) -> Iterator[Complaint]:
    """What is wrong, each with its variable."""
    try:
        read_roles(settings.roles)
    except ValueError as error:
        yield "CRM_ROLES", str(error)
    if settings.auth_mode == "jwt":
        yield from _of_signed_tokens(settings)
    if settings.auth_mode == "platform":
        if settings.platform_auth_url is None:
            yield "PLATFORM_AUTH_URL", "must be set with CRM_AUTH_MODE=platform"
        elif not _is_address(settings.platform_auth_url):
            yield "PLATFORM_AUTH_URL", "must be an address like https://platform.example"


def _of_signed_tokens(settings: IdentitySettings) -> Iterator[Complaint]:
    sources = (settings.jwt_secret, settings.jwt_public_key, settings.jwt_jwks_url)
    if sum(source is not None for source in sources) != 1:
        yield "CRM_AUTH_MODE", f"jwt needs one of {', '.join(_KEY_SOURCES)}"
    else:
        yield from _of_the_key(settings)
    if settings.jwt_issuer is None:
        yield "CRM_JWT_ISSUER", "must be set with CRM_AUTH_MODE=jwt"
    if settings.jwt_audience is None:
        yield "CRM_JWT_AUDIENCE", "must be set with CRM_AUTH_MODE=jwt"


def _of_the_key(settings: IdentitySettings) -> Iterator[Complaint]:
    # Cryptography takes a while to load, which only this mode pays for.
    from crm_cell.identity.signing_keys import from_pem, from_secret

    algorithm = settings.jwt_algorithm
    for variable, text, read in (
        ("CRM_JWT_SECRET", settings.jwt_secret, from_secret),
        ("CRM_JWT_PUBLIC_KEY", settings.jwt_public_key, from_pem),
    ):
        try:
            if text is not None:
                read(text, algorithm)
        except ValueError as error:
            yield variable, str(error)
    if settings.jwt_jwks_url is not None:
        yield from _of_the_address(settings.jwt_jwks_url, algorithm)


def _of_the_address(url: str, algorithm: str | None) -> Iterator[Complaint]:
    if not _is_address(url):
        yield "CRM_JWT_JWKS_URL", "must be an address like https://issuer.example/keys.json"
    if algorithm is not None:
        yield "CRM_JWT_ALGORITHM", "is not for CRM_JWT_JWKS_URL, whose keys name their own"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
