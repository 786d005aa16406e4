"""crm-cell token: keys for machines."""

import re
from pathlib import Path

import httpx
import pytest

from crm_cell.identity.api_keys.tokens import FORM
from tests.cli.conftest import Terminal
from tests.databases import PostgresDatastore
from tests.identity.issuer import AUDIENCE, ISSUER, SECRET
from tests.processes import serving

ACME = ("--tenant", "acme")
MAKE = ("token", "create", *ACME, "--name", "erp", "--scopes", "crm:read,crm:write")


def made(terminal: Terminal, *arguments: str) -> tuple[str, str]:
    """The id and the token of a new key."""
    said = terminal.run(*(arguments or MAKE))
    assert said.code == 0, said.err
    token = said.out.strip()
    found = FORM.fullmatch(token)
    assert found, said.out
    return found[2], token


def listed(terminal: Terminal) -> list[str]:
    return [
        re.sub(r"\d{4}-\S+Z", "T", line)
        for line in terminal.run("token", "list", *ACME).out.splitlines()
    ]


def test_a_key_is_shown_once_and_alone_on_standard_output(terminal: Terminal) -> None:
    said = terminal.run(*MAKE)
    key_id = said.out.split("_")[2]
    assert FORM.fullmatch(said.out.strip())
    assert said.err.startswith(f"key {key_id} of acme, ends 20")
    assert said.out.strip() not in terminal.run("token", "list", *ACME).out


def test_keys_are_listed_by_tenant_the_newest_first(terminal: Terminal) -> None:
    first, _ = made(terminal)
    second, _ = made(
        terminal,
        *("token", "create", *ACME, "--name", "客户同步", "--scopes", "crm:read"),
        *("--user", "alice", "--expires", "never"),
    )
    made(terminal, "token", "create", "--tenant", "globex", *MAKE[4:])
    assert [" ".join(line.split()) for line in sorted(listed(terminal))] == sorted(
        [
            f"{second} never ends alice crm:read 客户同步",
            f"{first} ends T key:{first} crm:read crm:write erp",
        ]
    )


@pytest.mark.parametrize("user", ["auth0|5f7c", "CORP\\zhang", "li+crm@example.com", "张三"])
def test_a_key_acts_as_any_user(user: str, terminal: Terminal) -> None:
    key, _ = made(terminal, "token", "create", *ACME, *MAKE[4:], "--user", user)
    assert terminal.rows("SELECT id, user_id FROM api_keys") == [(key, user)]
    assert user in listed(terminal)[0]


def test_a_revoked_key_stays_on_the_list_and_on_record(terminal: Terminal) -> None:
    key_id, _ = made(terminal)
    said = terminal.run("token", "revoke", key_id, *ACME)
    assert (said.code, said.out) == (
        0,
        f"{key_id} is refused from now on, everywhere within 30 s\n",
    )
    assert listed(terminal)[0].split()[:3] == [key_id, "revoked", "T"]
    line = terminal.fails("token", "revoke", key_id, *ACME)
    assert line == "crm-cell: acme has no valid key with this id"
    trail = terminal.rows(
        "SELECT tenant_id, action, resource_type, resource_id FROM audit_logs ORDER BY id"
    )
    assert trail == [("acme", action, "api_key", key_id) for action in ("created", "updated")]
    (changes,) = terminal.rows("SELECT group_concat(changes) FROM audit_logs")
    assert "tokenHash" not in str(changes)


def test_a_rotated_key_gives_way_to_another(terminal: Terminal) -> None:
    old, _ = made(terminal)
    new, _ = made(terminal, "token", "rotate", old, *ACME)
    lines = {line.split()[0]: line.split()[1:] for line in listed(terminal)}
    assert lines[old][0] == "ended"
    assert lines[new][:3] == ["ends", "T", f"key:{old}"]
    again, _ = made(
        terminal, "token", "rotate", new, *ACME, "--overlap", "1h", "--expires", "never"
    )
    lines = {line.split()[0]: line.split()[1:] for line in listed(terminal)}
    assert (lines[new][0], lines[again][:2]) == ("ends", ["never", "ends"])


def test_a_tenant_has_only_its_own_keys(terminal: Terminal) -> None:
    key_id, _ = made(terminal)
    for command in ("revoke", "rotate"):
        line = terminal.fails("token", command, key_id, "--tenant", "globex")
        assert line == "crm-cell: globex has no valid key with this id"
    assert listed(terminal)[0].split()[1] == "ends"


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (("--scopes", "crm:sell"), "--scopes: one or more of crm:read crm:write crm:team crm:all"),
        (("--scopes", ""), "--scopes: one or more of"),
        (("--expires", "soon"), "--expires soon: takes a time like 90d, 12h or 30m"),
        (("--expires", "0d"), "--expires 0d: takes a time like"),
        (("--expires", "2020-01-31"), "--expires 2020-01-31: has passed"),
        (("--name", ""), "--name: 1 to 100 characters that can be printed"),
        (("--name", "a\nb"), "--name: 1 to 100 characters that can be printed"),
        (("--user", "a\tb"), "--user a\tb: not a user's id"),
        (
            ("--scopes", "crm:unmasked", "--user", "alice"),
            "--scopes: crm:unmasked is not for users: leave --user out",
        ),
        (("--tenant", "a b"), "--tenant a b: not a tenant's id"),
    ],
)
def test_what_makes_no_sense_makes_no_key(
    wrong: tuple[str, ...], line: str, terminal: Terminal
) -> None:
    said = terminal.run(*MAKE, *wrong)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"crm-cell: {line}")
    assert terminal.rows("SELECT count(*) FROM api_keys") == [(0,)]


def test_keys_are_made_and_ended_beside_a_running_service(
    tmp_path: Path, nowhere: Terminal
) -> None:
    settings = {
        "CRM_AUTH_MODE": "jwt",
        "CRM_JWT_SECRET": SECRET,
        "CRM_JWT_ISSUER": ISSUER,
        "CRM_JWT_AUDIENCE": AUDIENCE,
    }
    with serving(tmp_path, **settings) as process:

        def status(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return httpx.get(f"{process.address}/customers", headers=headers).status_code

        key_id, token = made(nowhere)
        assert status(token) == 200
        unused_id, unused = made(nowhere, "token", "rotate", key_id, *ACME)
        assert nowhere.run("token", "revoke", unused_id, *ACME).code == 0
        assert status(unused) == 401


def test_on_postgresql_too(
    postgres_datastore: PostgresDatastore,
    monkeypatch: pytest.MonkeyPatch,
    nowhere: Terminal,
) -> None:
    monkeypatch.setenv("CRM_DATABASE_URL", postgres_datastore.url)
    key_id, _ = made(nowhere)
    new_id, _ = made(nowhere, "token", "rotate", key_id, *ACME)
    assert nowhere.run("token", "revoke", new_id, *ACME).code == 0
    states = {line.split()[0]: line.split()[1] for line in listed(nowhere)}
    assert states == {key_id: "ended", new_id: "revoked"}
    deeds = postgres_datastore.rows("SELECT action FROM audit_logs ORDER BY id")
    assert [row[0] for row in deeds] == ["created", "updated", "created", "updated"]
