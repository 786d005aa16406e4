"""The settings of authentication: tokens, roles, claims."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import msgspec
from pydantic import Field, model_validator

from crm_cell.identity.claims import read_roles
from crm_cell.kernel.scopes import ADMIN, ALL, EXPORT, READ, REVEAL, TEAM, WRITE
from crm_cell.kernel.setting import Flag, Integer, Secret, SettingsGroup, Text, checked

# `admin` and `client` are the roles of the platform. Its page lists, creates and exports customers
# of the whole tenant, so clients see the whole tenant; only administrators reveal contact details
# and read the audit log. Of the other roles, `sales` sees its own records, `leader` those
# of the teams that they lead, `manager` all.
_ROLES = {
    "viewer": [READ],
    "client": [READ, WRITE, ALL, EXPORT],
    "sales": [READ, WRITE],
    "leader": [READ, WRITE, TEAM],
    "manager": [READ, WRITE, ALL, EXPORT, REVEAL],
    "admin": [READ, WRITE, ALL, EXPORT, REVEAL, ADMIN],
}


class IdentitySettings(SettingsGroup):
    """Settings with several names of claims use the first claim that is present."""

    auth_mode: Literal["dev", "jwt", "platform", "gateway"] = "dev"
    """Authentication mode: `dev` accepts any token, on loopback only; `jwt` verifies signed tokens;
    `platform` asks the platform; `gateway` accepts requests with the gateway's signature"""
    jwt_secret: Secret = None
    """The secret that verifies tokens; at least 32 bytes"""
    jwt_public_key: Secret = None
    """Or the public key that verifies tokens, or its certificate, in PEM; RSA from 2048 bits"""
    jwt_jwks_url: Text | None = None
    """Or the URL of the issuer's key set (JWKS)"""
    jwt_algorithm: Text | None = None
    """The only algorithm of the secret or the key, where it is not HS256, RS256, EdDSA or that of
    the curve"""
    jwt_issuer: Text | None = None
    """Required value of `iss` in tokens"""
    jwt_audience: Text | None = None
    """Required value in `aud` of tokens"""
    jwt_types: str = "JWT,at+jwt"
    """Accepted values of `typ` in tokens, separated by commas"""
    platform_auth_url: Text | None = Field(default=None, validation_alias="PLATFORM_AUTH_URL")
    """URL of the platform, which verifies tokens at the path `/api/auth/me`"""
    jwt_max_age_seconds: Integer = 0
    """Maximum age and lifetime of tokens by `iat`, which is then required; 0 is no limit"""
    user_claim: Text | None = None
    """Claims with the user id, in a token or the platform's response. By default `sub` in mode
    `jwt`, and `sub,userId,user_id,id,username` in mode `platform`"""
    tenant_claim: str = "tenant_id,tenantId"
    """Claims with the tenant"""
    scopes_claim: str = "scope,scopes"
    """Claims with scopes: a list, or text separated by spaces"""
    roles_claim: str = "roles,role"
    """Claims with roles; `a.b` is the member b of a"""
    cells_claim: str = "allowedCells"
    """Claims with the cells that the user may use. If present, the list must contain `crm`"""
    roles: Annotated[str, checked(read_roles)] = msgspec.json.encode(_ROLES).decode()
    """The scopes of each role, as JSON; those of `*` apply to all users"""
    tenant_from_header: Flag | None = None
    """Use X-Tenant-Id for tokens without a tenant, where another service has checked it: 1 or 0. By
    default 1 in mode `platform` without CRM_DEFAULT_TENANT_ID, else 0"""

    @model_validator(mode="after")
    def _check_auth_mode(self) -> Self:
        if self.auth_mode == "jwt":
            self._check_signed_tokens()
        if self.auth_mode == "platform":
            if self.platform_auth_url is None:
                raise ValueError("PLATFORM_AUTH_URL: must be set with CRM_AUTH_MODE=platform")
            _check_address("PLATFORM_AUTH_URL", self.platform_auth_url, "https://platform.example")
        return self

    def _check_signed_tokens(self) -> None:
        # Imported here because the cryptography library is slow to load.
        from crm_cell.identity.signing_keys import from_pem, from_secret

        sources = {
            "CRM_JWT_SECRET": self.jwt_secret,
            "CRM_JWT_PUBLIC_KEY": self.jwt_public_key,
            "CRM_JWT_JWKS_URL": self.jwt_jwks_url,
        }
        if sum(source is not None for source in sources.values()) != 1:
            raise ValueError(f"CRM_AUTH_MODE: jwt needs one of {', '.join(sources)}")
        for variable, read in (("CRM_JWT_SECRET", from_secret), ("CRM_JWT_PUBLIC_KEY", from_pem)):
            try:
                if (text := sources[variable]) is not None:
                    read(text, self.jwt_algorithm)
            except ValueError as error:
                raise ValueError(f"{variable}: {error}") from None
        if self.jwt_jwks_url is not None:
            _check_address(
                "CRM_JWT_JWKS_URL", self.jwt_jwks_url, "https://issuer.example/keys.json"
            )
            if self.jwt_algorithm is not None:
                raise ValueError(
                    "CRM_JWT_ALGORITHM: is not for CRM_JWT_JWKS_URL, whose keys name their own"
                )
        if self.jwt_issuer is None:
            raise ValueError("CRM_JWT_ISSUER: must be set with CRM_AUTH_MODE=jwt")
        if self.jwt_audience is None:
            raise ValueError("CRM_JWT_AUDIENCE: must be set with CRM_AUTH_MODE=jwt")


def _check_address(variable: str, url: str, example: str) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError(f"{variable}: must be an address like {example}")
