"""The repository itself: what no linter looks at."""

import re
from pathlib import Path

import pytest

from scripts import lint_words

ROOT = Path(__file__).parents[2]

# Past 300 a file probably holds two ideas; here it stops being a question.
LONGEST = 400

# [text](target), but no picture of a badge and no address.
LINK = re.compile(r"\[[^\]]*\]\((?![a-z]+:|#)([^)\s#]+)(?:#[^)\s]*)?\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def files(pattern: str) -> list[Path]:
    return [path for path in lint_words.tracked() if path.match(pattern)]


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_python_files_have_no_tabs_and_no_trailing_blanks() -> None:
    found = [
        f"{path}:{number}"
        for path in files("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "\t" in line or line != line.rstrip()
    ]
    assert found == []


def test_no_file_of_the_package_is_longer_than_two_ideas() -> None:
    sizes = {path: path.read_text(encoding="utf-8").count("\n") for path in files("*.py")}
    assert {p: n for p, n in sizes.items() if p.parts[0] == "crm_cell" and n > LONGEST} == {}


def test_nothing_in_the_repository_belongs_to_one_machine() -> None:
    assert lint_words.main() == 0


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path}: {target}"
        for path in files("*.md")
        for target in LINK.findall(FENCED.sub("", path.read_text(encoding="utf-8")))
        if not (path.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirements/dev.txt", "a @ https" + "://example.org/a.whl"),
        ("assets/package-lock.json", '"resolved"' + ': "https' + '://example.org/a.tgz"'),
        ("README.md", "see /" + "home/somebody/notes"),
        ("Dockerfile", "RUN pip install --index" + "-url x y"),
        ("crm_cell/app.py", "# TO" + "DO: later"),
    ],
)
def test_what_belongs_to_one_machine_is_found(name: str, line: str) -> None:
    (fault,) = lint_words.faults(Path(name), f"fine\n{line}\n")
    assert fault.startswith(f"{name}:2: ")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("assets/package-lock.json", '"url": "https' + '://example.org/funding"'),
        ("docs/work.md", "[the work](../docs/work/x.md)"),
        ("deploy/compose.yaml", "tmpfs: /" + "tmp/"),
        ("crm_cell/app.py", '"/api/v1/crm/home/"'),
    ],
)
def test_what_is_true_of_every_machine_is_left_alone(name: str, line: str) -> None:
    assert list(lint_words.faults(Path(name), line)) == []
