"""The changelog: releases, newest first, and the version of the package among them."""

import re
from pathlib import Path

from crm_cell import __version__

CHANGELOG = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
GROUPS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]

_, *SECTIONS = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)
HEADINGS = [section.split("\n")[0] for section in SECTIONS]


def numbers(heading: str) -> tuple[int, ...]:
    return tuple(map(int, heading.split(maxsplit=1)[0].split(".")))


def test_every_release_has_a_version_and_a_date() -> None:
    first, *rest = HEADINGS
    assert re.fullmatch(r"\d+\.\d+\.\d+ \((unreleased|\d{4}-\d\d-\d\d)\)", first)
    assert [h for h in rest if not re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", h)] == []


def test_the_newest_release_comes_first() -> None:
    versions = [numbers(heading) for heading in HEADINGS]
    assert versions == sorted(set(versions), reverse=True)


def test_the_package_has_the_version_of_the_newest_section() -> None:
    version, _, development = __version__.partition(".dev")
    assert HEADINGS[0].split(maxsplit=1)[0] == version
    assert HEADINGS[0].endswith("(unreleased)") == bool(development)


def test_the_entries_of_a_release_are_grouped_and_no_group_is_empty() -> None:
    for section in SECTIONS:
        _, *parts = re.split(r"^### ", section, flags=re.MULTILINE)
        groups = [part.split("\n")[0] for part in parts]
        assert groups == sorted(groups, key=GROUPS.index)
        assert len(groups) == len(set(groups)) > 0
        assert [part for part in parts if "\n- " not in part] == []
