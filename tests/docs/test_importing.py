"""The page on importing: its files are written, and its commands say what it shows."""

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

PAGE = Path("docs/operating/importing.md")
BLOCK = re.compile(
    r"<!-- file: (?P<file>\S+), (?P<encoding>\S+) -->\n```csv\n(?P<content>.*?)^```$"
    r"|^```console\n(?P<console>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def test_the_commands_say_what_the_page_shows(
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    terminal = Terminal(tmp_path, capsys)
    shutil.copy(empty_database, terminal.path)
    monkeypatch.setenv("CRM_DATABASE_URL", f"sqlite:///{terminal.path}")
    monkeypatch.chdir(tmp_path)
    commands = 0
    for block in BLOCK.finditer(page):
        if block["file"]:
            terminal.write(block["file"], block["content"], block["encoding"])
            continue
        for part in block["console"].split("$ crm-cell ")[1:]:
            command, *shown = part.splitlines()
            said = terminal.run(*command.split())
            assert sorted((said.out + said.err).splitlines()) == sorted(shown), command
            commands += 1
    assert commands == 6
