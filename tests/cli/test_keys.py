"""crm-cell keys, and what other commands say of keys."""

import base64
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.processes import Process, serving

KEY, OTHER = (base64.b64encode(bytes([digit]) * 32).decode() for digit in (1, 2))


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """Three customers in the open."""
    lines = "".join(f"C{n},1381234567{n},c{n}@example.com\n" for n in range(3))
    file = terminal.write("in.csv", f"name,contactPhone,contactEmail\n{lines}")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    return terminal


def phones(terminal: Terminal) -> list[str]:
    return [str(row[0]) for row in terminal.rows("SELECT contact_phone FROM customers ORDER BY id")]


def encryption(terminal: Terminal) -> str:
    (line,) = [
        line for line in terminal.run("check").out.splitlines() if line.startswith("encryption")
    ]
    return line.removeprefix("encryption ")


def test_a_new_key_is_one_that_serves(nowhere: Terminal) -> None:
    keys = {nowhere.run("keys", "new").out.strip() for _ in range(3)}
    assert len(keys) == 3
    assert {len(base64.b64decode(key)) for key in keys} == {32}


def test_rotate_encrypts_what_lies_open(filled: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert encryption(filled) == "off: numbers and addresses are plain text (CRM_ENCRYPTION_KEY)"
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", KEY)
    assert encryption(filled) == "unfinished for 1 tenants: run crm-cell keys rotate"
    said = filled.run("keys", "rotate")
    assert said.code == 0
    assert said.out.splitlines()[1] == "tenants encrypted with new keys: 1, 3 rows"
    assert [phone[:3] for phone in phones(filled)] == [":1:"] * 3
    assert encryption(filled) == "on, aes-256-gcm"
    assert filled.run("keys", "rotate").code == 0
    assert [phone[:3] for phone in phones(filled)] == [":2:"] * 3
    out = filled.folder / "out.csv"
    assert filled.run("export", out, "--tenant", "acme").code == 0
    assert "138****5672" in out.read_text(encoding="utf-8-sig")


def test_the_installations_key_is_changed_by_it(
    filled: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", KEY)
    assert filled.run("keys", "rotate").code == 0
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", OTHER)
    monkeypatch.setenv("CRM_ENCRYPTION_OLD_KEYS", KEY)
    said = filled.run("keys", "rotate", "--master-only")
    assert said.out.splitlines()[0] == "keys of tenants under the new CRM_ENCRYPTION_KEY: 1"
    monkeypatch.delenv("CRM_ENCRYPTION_OLD_KEYS")
    assert encryption(filled) == "on, aes-256-gcm"
    assert [phone[:3] for phone in phones(filled)] == [":1:"] * 3


def test_without_a_key_there_is_nothing_to_rotate(filled: Terminal) -> None:
    said = filled.run("keys", "rotate")
    assert (said.code, said.err) == (
        2,
        "crm-cell: CRM_ENCRYPTION_KEY: must be set, to the key to rotate to\n",
    )


@pytest.mark.parametrize("command", [["check"], ["export", "out.csv", "--tenant", "acme"]])
def test_a_key_that_does_not_fit_is_one_line(
    filled: Terminal, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", KEY)
    filled.run("keys", "rotate")
    for key, said in ((OTHER, "the data is under another key"), (None, "must be set")):
        if key:
            monkeypatch.setenv("CRM_ENCRYPTION_KEY", key)
        else:
            monkeypatch.delenv("CRM_ENCRYPTION_KEY")
        told = filled.run(*command)
        assert told.code == 2
        (line,) = told.err.splitlines()
        assert line.startswith(f"crm-cell: CRM_ENCRYPTION_KEY: {said}")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"CRM_ENCRYPTION_KEY": "short"}, "CRM_ENCRYPTION_KEY: must be 32 bytes"),
        ({"CRM_ENCRYPTION_KEY": "x" * 44}, "CRM_ENCRYPTION_KEY: must be 32 bytes"),
        (
            {"CRM_ENCRYPTION_KEY": KEY, "CRM_ENCRYPTION_OLD_KEYS": f"{OTHER},short"},
            "CRM_ENCRYPTION_OLD_KEYS: must be 32 bytes",
        ),
        (
            {"CRM_ENCRYPTION_KEY": KEY, "CRM_ENCRYPTION_KEY_COMMAND": "true"},
            "CRM_ENCRYPTION_KEY: is set, and so is CRM_ENCRYPTION_KEY_COMMAND",
        ),
        ({"CRM_ENCRYPTION_OLD_KEYS": KEY}, "CRM_ENCRYPTION_OLD_KEYS: says nothing without"),
        ({"CRM_ENCRYPTION_KEY_COMMAND": "false"}, "CRM_ENCRYPTION_KEY_COMMAND: ended with 1"),
        ({"CRM_ENCRYPTION_KEY_COMMAND": "/no/such"}, "CRM_ENCRYPTION_KEY_COMMAND: does not run"),
        ({"CRM_ENCRYPTION_KEY_COMMAND": "echo short"}, "CRM_ENCRYPTION_KEY_COMMAND: must be 32"),
        ({"CRM_ENCRYPTION_CIPHER": "rot13"}, "CRM_ENCRYPTION_CIPHER: must be one of"),
    ],
)
def test_a_key_that_is_none_is_refused_and_not_repeated(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    told = terminal.run("check")
    assert told.code == 2
    (line,) = told.err.splitlines()
    assert line.startswith(f"crm-cell: {said}")
    assert "short" not in line
    assert KEY not in line


def test_the_key_may_come_from_a_file_or_a_command(
    filled: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = filled.write("key", f"{bytes([1] * 32).hex()}\n")
    monkeypatch.setenv("CRM_ENCRYPTION_KEY_FILE", str(file))
    assert filled.run("keys", "rotate").code == 0
    monkeypatch.delenv("CRM_ENCRYPTION_KEY_FILE")
    monkeypatch.setenv("CRM_ENCRYPTION_KEY_COMMAND", f"cat '{file}'")
    assert encryption(filled) == "on, aes-256-gcm"


# Serving


def test_without_a_key_the_service_says_so_once(tmp_path: Path) -> None:
    with serving(tmp_path, CRM_LOG_FORMAT="json") as service:
        assert service.stop() == 0
        assert len([line for line in service.log() if "encryption_off" in line]) == 1


def test_with_a_key_it_does_not(tmp_path: Path) -> None:
    with serving(tmp_path, CRM_LOG_FORMAT="json", CRM_ENCRYPTION_KEY=KEY) as service:
        assert service.stop() == 0
        assert [line for line in service.log() if "encryption" in line] == []


def test_the_service_does_not_start_under_another_key(
    filled: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", KEY)
    filled.run("keys", "rotate")
    with pytest.raises(AssertionError) as failed:
        Process(filled.folder, CRM_ENCRYPTION_KEY=OTHER)
    assert "the data is under another key" in str(failed.value)
    log = (filled.folder / "stderr.log").read_text(encoding="utf-8")
    assert len(log.splitlines()) == 1
