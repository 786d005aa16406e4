"""The vocabulary check: which words it finds, where it looks, and what it enforces."""

from pathlib import Path

import pytest

from scripts import lint_vocabulary
from scripts.lint_vocabulary import CHECKED, faults, within
from scripts.lint_words import tracked

ROOT = Path(__file__).parents[2]
PAGE = Path("docs/page.md")
MODULE = Path("crm_cell/module.py")
SCRIPT = Path("scripts/script")


def words(path: Path, text: str) -> list[str]:
    return [fault.word for fault in faults(path, text)]


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_all_checked_files_use_the_terms_of_the_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert (lint_vocabulary.main(), capsys.readouterr().out) == (0, "")


@pytest.mark.parametrize("place", CHECKED)
def test_each_checked_path_exists(place: str) -> None:
    assert [path for path in tracked() if within(path, [place])] != []


@pytest.mark.parametrize(
    "word",
    [
        *("amiss", "anew", "deed", "deeds", "door", "heeds", "hence", "judged", "kept", "lane"),
        *("lanes", "lies", "lain", "membrane", "mended", "nobody's", "quarrel", "sealed"),
        *("unsealed", "sought", "told", "trail", "trails", "upkeep", "wall", "weather"),
        *("whoever", "whosoever", "wipes", "wiped"),
    ],
)
def test_a_private_word_is_found(word: str) -> None:
    assert words(PAGE, f"Here is {word}, and more.") == [word]
    assert words(PAGE, word.capitalize()) == [word]


@pytest.mark.parametrize(
    "phrase",
    [
        *("moving house", "handed over", "hand-over", "handed out", "audit trail"),
        *("by turns", "is said", "turned down", "the world's"),
    ],
)
def test_a_private_phrase_is_found_as_one(phrase: str) -> None:
    assert words(PAGE, f"Here is {phrase}, and more.") == [phrase]


@pytest.mark.parametrize(
    "word",
    [
        *("keep", "keeps", "toll", "trailing", "trailer", "underlying", "applies", "replies"),
        *("layout", "delay", "wall-clock", "wallet", "however", "laneway", "amend", "doormat"),
        "handover",
    ],
)
def test_other_words_are_left_alone(word: str) -> None:
    assert words(PAGE, f"Here is {word}, and more.") == []
    assert words(PAGE, "The wall clock is set back.") == []


def test_a_fault_says_where_it_is_and_what_to_write() -> None:
    (fault,) = faults(PAGE, "# Page\n\nAnswers are kept for a day.\n")
    assert str(fault) == "docs/page.md:3: 'kept': write stored, retained or unchanged"


@pytest.mark.parametrize(
    "text",
    [
        "The column `lane`.",
        "```sh\ncrm-cell audit seal\n```\n",
        "## crm-cell audit seal\n",
        "[The audit log](audit-trail.md)",
        "<https://example.org/trail>",
    ],
)
def test_literals_and_addresses_of_a_page_are_not_prose(text: str) -> None:
    assert words(PAGE, text) == []


def test_a_block_of_code_does_not_shift_the_lines_after_it() -> None:
    (fault,) = faults(PAGE, "```sh\nseal\nseal\n```\nThis is kept.\n")
    assert fault.line == 5


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("kept_rows = 1", ["kept"]),
        ("class KeptRows: ...", ["kept"]),
        ("def is_keptHere() -> None: ...", ["kept"]),
        ('raise ValueError("nothing was sought")', ["sought"]),
        ('f"{value} was sought"', ["sought"]),
        ("x = 1  # told once", ["told"]),
        ('def f() -> None:\n    """Told once."""', ["told"]),
        ("x: int\n# A comment.\n\n'''Told once.'''", ["told"]),
        ('sql = "SELECT lane, wiped FROM audit_logs"', []),
        ("entry.lane", []),
        ("# The lane of an entry.", ["lane"]),
        ("# The column `lane` of an entry.", []),
        ('"""The lane of an entry."""', ["lane"]),
        ('lanes = ["lane"]', []),
        ("my_lane = 1", ["lane"]),
        ("moving_house = 1", ["moving house"]),
    ],
)
def test_names_strings_comments_and_docstrings_of_code_are_checked(
    code: str, found: list[str]
) -> None:
    assert words(MODULE, f"{code}\n") == found


def test_of_a_migration_only_comments_and_docstrings_are_checked() -> None:
    migration = Path("crm_cell/storage/migrations/versions/0001_first.py")
    assert words(migration, 'wall = "trail"  # The wall.\n') == ["wall"]


def test_a_line_within_a_docstring_has_its_own_number() -> None:
    (fault,) = faults(MODULE, '"""One.\n\nWhat is kept.\n"""\n')
    assert fault.line == 3


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("crm-cell audit seal", []),
        ("# Seal the heads.", ["seal"]),
        ("echo kept", ["kept"]),
        ("sbom: ## What is told.", ["told"]),
    ],
)
def test_scripts_and_the_makefile_are_checked(line: str, found: list[str]) -> None:
    assert words(SCRIPT, line) == found


def test_a_word_between_chinese_characters_is_found() -> None:
    assert words(Path("README.zh-CN.md"), "记录kept在") == ["kept"]


def test_checked_paths_fail_and_the_report_counts_their_faults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"docs/decisions/0001.md": "good", "docs/old.md": "kept, told", "tests/a.md": "kept"}
    for name, text in texts.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(lint_vocabulary, "tracked", lambda: [Path(name) for name in texts])

    assert lint_vocabulary.main() == 1
    assert capsys.readouterr().out.startswith("docs/old.md:1: 'kept': ")
    assert lint_vocabulary.main("--report") == 0
    assert capsys.readouterr().out.split("\n")[0].split() == ["2", "docs/old.md"]
    assert lint_vocabulary.main("docs/decisions") == 0
