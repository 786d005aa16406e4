"""Whose request it is: what the token says, what the headers may add, and what they may not."""

import pytest

from crm_cell.http.auth import Identity, bearer_token, require, scope_of, tenant_of
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import (
    BadRequest,
    ClientError,
    Forbidden,
    MissingTenant,
    ScopeMissing,
    TenantMismatch,
    Unauthorized,
)
from crm_cell.kernel.scopes import ALL, READ, SCOPES, TEAM, WRITE

ANYBODY = Identity()
OF_ACME = Identity(tenant="acme")
LI = Identity(user="li", scopes=frozenset({READ}))
ADMIN = Identity(user="admin", scopes=frozenset({READ, ALL}))


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer x", "x"), ("bearer x", "x"), ("BEARER  x ", "x"), ("Bearer a b", "a b")],
)
def test_the_token_is_what_the_bearer_brings(header: str, token: str) -> None:
    assert bearer_token({"Authorization": header}) == token


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic x", "x"])
def test_without_one_nobody_is_let_in(header: str) -> None:
    for headers in ({"Authorization": header}, {}):
        with pytest.raises(Unauthorized):
            bearer_token(headers)


@pytest.mark.parametrize(
    ("header", "identity", "default", "tenant"),
    [
        ("acme", ANYBODY, None, "acme"),
        ("acme", ANYBODY, "globex", "acme"),
        ("acme", OF_ACME, "globex", "acme"),
        (None, OF_ACME, None, "acme"),
        (None, OF_ACME, "globex", "acme"),
        (None, ANYBODY, "globex", "globex"),
    ],
)
def test_the_tenant_is_the_headers_else_the_tokens_else_the_default(
    header: str | None, identity: Identity, default: str | None, tenant: str
) -> None:
    headers = {"X-Tenant-Id": header} if header else {}
    assert tenant_of(headers, identity, default) == tenant


@pytest.mark.parametrize(
    ("headers", "identity", "default", "refusal"),
    [
        ({}, ANYBODY, None, MissingTenant),
        ({"X-Tenant-Id": "globex"}, OF_ACME, None, TenantMismatch),
        ({"X-Tenant-Id": "globex"}, OF_ACME, "globex", TenantMismatch),
        ({"X-Tenant-Id": "ACME"}, OF_ACME, None, TenantMismatch),
        ({"X-Tenant-Id": ""}, OF_ACME, "acme", BadRequest),
        ({"X-Tenant-Id": "a b"}, ANYBODY, None, BadRequest),
    ],
)
def test_a_tenant_that_is_missing_malformed_or_another_is_refused(
    headers: dict[str, str], identity: Identity, default: str | None, refusal: type[ClientError]
) -> None:
    with pytest.raises(refusal):
        tenant_of(headers, identity, default)


@pytest.mark.parametrize(
    ("identity", "header", "user", "owner"),
    [
        (ANYBODY, None, None, None),
        (ANYBODY, "alice", "alice", "alice"),
        (ADMIN, None, "admin", None),
        (ADMIN, "alice", "admin", "alice"),
        (ADMIN, "admin", "admin", "admin"),
        (LI, None, "li", "li"),
        (LI, "li", "li", "li"),
    ],
)
def test_the_header_narrows_and_the_token_is_on_record(
    identity: Identity, header: str | None, user: str | None, owner: str | None
) -> None:
    headers = {"X-User-Id": header} if header else {}
    assert scope_of(headers, identity) == (user, owner)


@pytest.mark.parametrize("header", ["alice", "LI", ""])
def test_a_header_never_widens_what_the_token_allows(header: str) -> None:
    with pytest.raises(Forbidden):
        scope_of({"X-User-Id": header}, LI)


def test_a_scope_is_asked_for_by_name_and_none_contains_another() -> None:
    require(LI, READ)
    for scope in set(SCOPES) - {READ}:
        with pytest.raises(ScopeMissing) as refused:
            require(LI, scope)
        assert refused.value.params == {"scope": scope}
    with pytest.raises(ScopeMissing):
        require(ADMIN, WRITE)
    for scope in set(SCOPES) - {TEAM}:  # they see the whole tenant
        require(ANYBODY, scope)


def test_an_actor_without_an_owner_sees_everybodys() -> None:
    whole, alice = Actor("acme", user="admin"), Actor("acme", user="alice", owner="alice")
    assert (whole.sees_all, alice.sees_all) == (True, False)
    assert [whole.may_see(owner) for owner in ("alice", "bob", None)] == [True] * 3
    assert [alice.may_see(owner) for owner in ("alice", "bob", None)] == [True, False, False]


def test_whoever_acts_as_a_user_owns_what_they_create() -> None:
    assert Actor("acme", owner="alice").owner_of_new("bob") == "alice"
    assert Actor("acme", user="admin").owner_of_new("bob") == "bob"
    assert Actor("acme", user="admin").owner_of_new(None) is None
