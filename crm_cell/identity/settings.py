"""The settings of who is let in, and what can be wrong with them."""

from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from crm_cell.identity.grants import read_roles
from crm_cell.kernel.scopes import ADMIN, ALL, EXPORT, READ, REVEAL, WRITE
from crm_cell.kernel.setting import Complaint, Setting

# Who sells sees their own; who manages sees the whole tenant and takes figures with them.
_ROLES = {
    "viewer": [READ],
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
    user_claim: Annotated[
        str,
        Setting("CRM_USER_CLAIM", "Where the platform's answer has the user; in a JWT it is `sub`"),
    ] = "sub,userId,user_id,id"
    tenant_claim: Annotated[
        str, Setting("CRM_TENANT_CLAIM", "Where a token or the answer has the tenant")
    ] = "tenant_id,tenantId"
    scopes_claim: Annotated[
        str, Setting("CRM_SCOPES_CLAIM", "Where it has scopes: a list, or between blanks")
    ] = "scope,scopes"
    roles_claim: Annotated[
        str, Setting("CRM_ROLES_CLAIM", "Where it has roles; `a.b` is b inside of a")
    ] = "roles,role"
    roles: Annotated[
        str,
        Setting("CRM_ROLES", "The scopes of each role, as JSON; those of `*` are everybody's"),
    ] = msgspec.json.encode(_ROLES).decode()
    tenant_from_header: Annotated[
        bool,
        Setting(
            "CRM_TENANT_FROM_HEADER",
            "Let a token without a tenant speak for that of X-Tenant-Id, which somebody else has"
            " checked: 1 or 0",
        ),
    ] = False


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
