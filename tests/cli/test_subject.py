"""crm-cell subject."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

PERSON = ("--tenant", "acme", "--phone", "139 1111-2222")


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """Two customers, one of whom has the number."""
    rows = "Zhao,13911112222,zhao@example.com\nWang,13800000000,\n"
    file = terminal.write("in.csv", f"name,contactPhone,contactEmail\n{rows}")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    return terminal


def phones(terminal: Terminal) -> list[object]:
    return [row[0] for row in terminal.rows("SELECT contact_phone FROM customers ORDER BY id")]


def in_file(terminal: Terminal, text: str) -> bool:
    wal = Path(f"{terminal.path}-wal")
    logged = wal.read_bytes() if wal.exists() else b""
    return text.encode() in terminal.path.read_bytes() + logged


def test_export_writes_one_document_for_its_owner_only(filled: Terminal) -> None:
    out = filled.folder / "person.json"
    said = filled.run("subject", "export", *PERSON, "--out", out)
    assert said.code == 0
    assert said.out.splitlines()[0].split() == ["1", "customers", "exported"]
    document = json.loads(out.read_bytes())
    assert document["tenantId"] == "acme"
    assert document["subject"] == {"phone": "139 1111-2222"}
    [customer] = document["customers"]
    assert (customer["name"], customer["contactPhone"]) == ("Zhao", "13911112222")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_export_overwrites_nothing(filled: Terminal) -> None:
    out = filled.write("person.json", "mine")
    line = filled.fails("subject", "export", *PERSON, "--out", out)
    assert line == f"crm-cell: {out}: File exists"
    assert out.read_text(encoding="utf-8") == "mine"


def test_export_goes_to_standard_output(filled: Terminal) -> None:
    said = filled.run("subject", "export", *PERSON, "--out", "-")
    assert [row["name"] for row in json.loads(said.out)["customers"]] == ["Zhao"]


def test_of_a_stranger_there_is_nothing_to_export(filled: Terminal) -> None:
    out = filled.folder / "person.json"
    stranger = ("--tenant", "acme", "--phone", "13900000000")
    line = filled.fails("subject", "export", *stranger, "--out", out)
    assert line == "crm-cell: acme has no record with that number, address or id"
    assert not out.exists()


def test_erase_tells_what_it_is_going_to_do(filled: Terminal) -> None:
    said = filled.run("subject", "erase", *PERSON, "--dry-run")
    assert said.code == 0
    assert [line.split(maxsplit=1) for line in said.out.splitlines()] == [
        ["0", "customers, deleted"],
        ["1", "customers that lose their number and address"],
        ["0", "contacts, deleted"],
        ["0", "opportunities, deleted"],
        ["0", "follow-ups, deleted"],
        ["0", "contracts, untouched"],
        ["0", "payments, untouched"],
        ["0", "tasks, deleted"],
        ["0", "views, untouched"],
        ["0", "goals, untouched"],
        ["1", "events, reduced to ids"],
        ["0", "stored answers, deleted"],
        ["1", "audit entries, redacted"],
    ]
    assert phones(filled) == ["13911112222", "13800000000"]


def test_erase_asks_first(filled: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, True])
    monkeypatch.setattr("typer.confirm", lambda *_, **__: next(answers))
    assert filled.fails("subject", "erase", *PERSON) == "crm-cell: nothing was erased"
    assert phones(filled) == ["13911112222", "13800000000"]
    assert filled.run("subject", "erase", *PERSON).code == 0
    assert phones(filled) == [None, "13800000000"]


def test_nothing_of_it_is_left_in_the_file(filled: Terminal) -> None:
    marks = ["13911112222", "zhao@example.com"]
    assert all(in_file(filled, mark) for mark in marks)
    said = filled.run("subject", "erase", *PERSON, "--yes")
    assert (said.code, said.out.splitlines()[-1]) == (0, "erased")
    assert not any(in_file(filled, mark) for mark in marks)
    assert in_file(filled, "13800000000")
    assert filled.run("check", "--counters").code == 0


def test_erase_has_nothing_more_to_do_the_second_time(filled: Terminal) -> None:
    filled.run("subject", "erase", *PERSON, "--yes")
    before = filled.rows("SELECT count(*) FROM audit_logs")
    said = filled.run("subject", "erase", *PERSON, "--yes")
    assert (said.code, said.out) == (
        0,
        "acme has no record with that number, address or id\nerased\n",
    )
    assert filled.rows("SELECT count(*) FROM audit_logs") == before


@pytest.mark.parametrize(
    ("whose", "line"),
    [
        ([], "one of --phone, --email, --customer, --contact is needed"),
        (
            ["--phone", "13911112222", "--email", "a@example.com"],
            "one of --phone, --email, --customer, --contact is needed",
        ),
        (["--phone", "Zhao"], "--phone Zhao: not in the form of one"),
        (["--email", "13911112222"], "--email 13911112222: not in the form of one"),
    ],
)
def test_somebody_has_to_be_named_well(filled: Terminal, whose: list[str], line: str) -> None:
    said = filled.run("subject", "erase", "--tenant", "acme", *whose, "--yes")
    assert (said.code, said.err) == (2, f"crm-cell: {line}\n")
    assert phones(filled) == ["13911112222", "13800000000"]


SPELLINGS = [
    "+86 138 1234 5678",
    "86-13812345678",
    "0086 13812345678",
    "13912345679/13812345678",
    "138 1234 5678、010-88886666",
    "１３８１２３４５６７８",
]


def test_every_spelling_of_a_number_is_erased(terminal: Terminal) -> None:
    rows = "".join(f"C{at},{number}\n" for at, number in enumerate(SPELLINGS))
    file = terminal.write("in.csv", f"name,contactPhone\n{rows}Other,13812345670\n")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    whose = ("--tenant", "acme", "--phone", "13812345678")
    assert terminal.run("subject", "erase", *whose, "--yes").code == 0
    assert phones(terminal) == [None] * len(SPELLINGS) + ["13812345670"]
    again = terminal.run("subject", "erase", *whose, "--yes")
    assert again.out.startswith("acme has no record with that number, address or id\n")


def test_an_address_that_an_earlier_release_stored_with_an_invisible_character_is_erased(
    filled: Terminal,
) -> None:
    filled.rows(
        "UPDATE customers SET contact_email = 'Zhao\u200b@example.com', contact_email_key = 'x'"
    )
    whose = ("--tenant", "acme", "--email", "zhao@example.com")
    assert filled.run("subject", "erase", *whose, "--yes").code == 0
    assert filled.rows("SELECT DISTINCT contact_email FROM customers") == [(None,)]


def test_what_is_similar_is_named_and_left_alone(terminal: Terminal) -> None:
    rows = "A,+852 1234 5678\nB,010-12345678 ext. 9\nC,13900000000\n"
    file = terminal.write("in.csv", f"name,contactPhone\n{rows}")
    assert terminal.run("import", file, "--tenant", "acme").code == 0
    said = terminal.run("subject", "erase", "--tenant", "acme", "--phone", "13812345678", "--yes")
    assert said.out.startswith("acme has no record with that number, address or id\n")
    ids = [row[0] for row in terminal.rows("SELECT id FROM customers ORDER BY id")]
    assert said.err.splitlines() == [
        "similar but not included; check each, and pass its id if it matches:",
        f"  --customer {ids[0]}  +8*******678",
        f"  --customer {ids[1]}  01******678",
    ]
    assert len([phone for phone in phones(terminal) if phone]) == 3
