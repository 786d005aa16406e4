"""The threat model: every claim leads to a test, and the test is there."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.identity.test_forged_tokens import NAMES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
SECURITY = PAGE.read_text(encoding="utf-8")

TEST = re.compile(r"\]\(\.\./(tests/[\w/]+\.py)#(\w+)\)")
ANY_LINK_TO_TESTS = re.compile(r"\]\(\.\./tests/[^)]*\)")
ROW = re.compile(r"^\| (?!---|Control )(.*) \| (.*) \|$", re.MULTILINE)
INTRODUCTION = 2


def threats() -> dict[str, str]:
    """The sections that follow the page's head and what is worth taking, by their headings."""
    sections = re.split(r"^## ", SECURITY, flags=re.MULTILINE)[INTRODUCTION:]
    return {heading: rest for heading, _, rest in (each.partition("\n") for each in sections)}


@cache
def defined_in(file: Path) -> set[str]:
    return set(re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE))


def test_every_test_that_is_named_is_there() -> None:
    named = TEST.findall(SECURITY)
    assert len(named) > len(threats())
    assert [(file, name) for file, name in named if name not in defined_in(ROOT / file)] == []


def test_a_link_to_tests_names_the_test() -> None:
    by_file_alone = set(ANY_LINK_TO_TESTS.findall(SECURITY)) - {"](../tests/docs/test_security.py)"}
    assert {link for link in by_file_alone if not TEST.fullmatch(link)} == set()


@pytest.mark.parametrize("heading", threats())
def test_what_stands_in_the_way_is_tested_and_what_remains_is_said(heading: str) -> None:
    claims, _, rest = threats()[heading].partition("\nResidual risks:\n\n")
    assert [claim for claim, held_by in ROW.findall(claims) if not TEST.search(held_by)] == []
    assert ROW.findall(claims) != []
    assert rest.startswith("- ")


def test_the_forged_tokens_are_as_many_as_it_says() -> None:
    assert [int(number) for number in re.findall(r"None of the (\d+)", SECURITY)] == [len(NAMES)]
