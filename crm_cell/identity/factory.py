"""Creates the authenticator for the configured mode."""

from typing import TYPE_CHECKING

from crm_cell.http.auth import AnyToken, Authenticator
from crm_cell.identity.api_keys.verifier import ApiKeys
from crm_cell.identity.authenticator import CachingAuthenticator, Now, TokenVerifier
from crm_cell.identity.claims import ClaimMapping, ClaimNames, read_roles
from crm_cell.identity.dev_tokens import DevTokens
from crm_cell.identity.settings import IdentitySettings
from crm_cell.storage.engine import Database

if TYPE_CHECKING:
    from crm_cell.identity.signed_tokens import KeyFinder

_USER_CLAIMS = {"dev": "sub", "jwt": "sub", "platform": "sub,userId,user_id,id,username"}


def authenticator(
    settings: IdentitySettings, default_tenant: str | None, database: Database, now: Now
) -> Authenticator:
    """Imports only the modules that the mode needs."""
    if settings.auth_mode == "gateway":
        return AnyToken()
    claim_mapping = _claims(settings, default_tenant)
    if settings.auth_mode == "dev":
        return DevTokens(claim_mapping)
    verifier = (
        _jwt(settings, claim_mapping)
        if settings.auth_mode == "jwt"
        else _platform(settings, claim_mapping)
    )
    return CachingAuthenticator(verifier, ApiKeys(database), now)


def _claims(settings: IdentitySettings, default_tenant: str | None) -> ClaimMapping:
    names = ClaimNames(
        user=_names(settings.user_claim or _USER_CLAIMS[settings.auth_mode]),
        tenant=_names(settings.tenant_claim),
        roles=_names(settings.roles_claim),
        scopes=_names(settings.scopes_claim),
        cells=_names(settings.cells_claim),
    )
    from_header = settings.tenant_from_header
    if from_header is None:
        from_header = settings.auth_mode == "platform" and default_tenant is None
    return ClaimMapping(names, read_roles(settings.roles), default_tenant, from_header)


def _jwt(settings: IdentitySettings, claim_mapping: ClaimMapping) -> TokenVerifier:
    from crm_cell.identity.signed_tokens import Expected, SignedTokens

    assert settings.jwt_issuer is not None, "checked at the start"
    assert settings.jwt_audience is not None, "checked at the start"
    types = frozenset(name.lower() for name in _names(settings.jwt_types))
    expected = Expected(settings.jwt_issuer, settings.jwt_audience, types)
    return SignedTokens(_keys(settings), expected, claim_mapping, settings.jwt_max_age_seconds)


def _keys(settings: IdentitySettings) -> "KeyFinder":
    from crm_cell.identity.signed_tokens import StaticKey
    from crm_cell.identity.signing_keys import from_pem, from_secret

    if settings.jwt_secret is not None:
        return StaticKey(from_secret(settings.jwt_secret, settings.jwt_algorithm))
    if settings.jwt_public_key is not None:
        return StaticKey(from_pem(settings.jwt_public_key, settings.jwt_algorithm))
    from crm_cell.identity.jwks import PublishedKeys

    assert settings.jwt_jwks_url is not None, "checked at the start"
    return PublishedKeys(settings.jwt_jwks_url)


def _platform(settings: IdentitySettings, claim_mapping: ClaimMapping) -> TokenVerifier:
    from crm_cell.identity.platform import Platform

    assert settings.platform_auth_url is not None, "checked at the start"
    return Platform(settings.platform_auth_url, claim_mapping)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
