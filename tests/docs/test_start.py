"""docs/start.md: its commands work when they are pasted one after the other."""

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from tests.docs.test_readme import ADDRESS, Server, text
from tests.docs.test_readme import server as server  # noqa: PLC0414 - a fixture

STEPS = re.compile(
    r"^```sh\n(?P<commands>.*?)^```\n(?:\n```json\n(?P<shown>.*?)^```$)?", re.MULTILINE | re.DOTALL
)
END = "the end of a step"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_is_pasted_is_answered_as_the_page_shows(
    shell: str, server: Server, tmp_path: Path
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on this machine")
    install, *steps = STEPS.finditer(text("docs/start.md"))
    assert install["commands"] == "make run\n"
    script = "".join(f"{step['commands']}echo '{END}'\n" for step in steps)
    script = script.replace(ADDRESS, server.address).replace("acme", f"acme-{shell}")
    command = [shell, "-e", "-c", script]
    run = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    said = run.stdout.split(f"{END}\n")
    shown = [step["shown"] for step in steps]
    assert len([each for each in shown if each]) >= 4
    for answer, expected in zip(said, shown, strict=False):
        if expected:
            members = msgspec.json.decode(expected)
            whole = msgspec.json.decode(answer)
            assert {name: whole[name] for name in members} == members
