"""The first minutes: what the READMEs say to type does what they say."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.docs.examples import Names, compare, part
from tests.processes import environment

ROOT = Path(__file__).parents[2]
READMES = ["README.md", "README.zh-CN.md"]
WITH_COMMANDS = [*READMES, "CONTRIBUTING.md", "docs/contributing/testing.md"]

COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_AND_ANSWER = re.compile(
    r"^```sh\n(?P<command>curl [^\n]*)\n```\n(?:(?!```).)*?^```http\n(?P<answer>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
MAKE = re.compile(r"make ([a-z-]+)( ARGS=\"[^\"]*\")?")
ADDRESS = "127.0.0.1:8001"
BANNER = re.compile(r"^```text\n(crm-cell .*?)^```$", re.MULTILINE | re.DOTALL)

# Not run from within a test, each for its reason; that the target is there is looked up.
ONLY_LOOKED_UP = {
    "run": "serves until it is stopped; the server here is started by the same command",
    "test": "is what runs this",
    "bench": "measures for minutes",
    "check": "runs by itself beside the tests",
    "install": "has run, or there would be no test",
}


class Server(msgspec.Struct):
    """What `make run` starts, in a folder and on a port of its own."""

    address: str
    said: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("readme").resolve()
    shown = BANNER.findall(text("README.md"))[0]
    defaults = {"CRM_DATABASE_URL": "sqlite:///data/crm.db", "CRM_DEMO": "1"}
    settings = environment(folder) | defaults
    with subprocess.Popen(
        [sys.executable, "-m", "crm_cell", "serve"],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in shown.splitlines()]
        address = f"127.0.0.1:{settings['PORT']}"
        said = "".join(lines).replace(address, ADDRESS).replace(str(folder), "…")
        try:
            yield Server(address, said)
        finally:
            process.terminate()


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(name: str) -> list[str]:
    return [line for block in COMMANDS.findall(text(name)) for line in block.splitlines()]


def test_both_readmes_have_the_same_commands_and_answers() -> None:
    fenced = re.compile(r"^```(?:sh|http|text)\n.*?^```$", re.MULTILINE | re.DOTALL)
    shown = [fenced.findall(text(name)) for name in READMES]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short(name: str) -> None:
    assert len(text(name).splitlines()) <= 150


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_every_command_is_one_that_is_tried_or_looked_up(name: str) -> None:
    targets = TARGET.findall(text("Makefile"))
    for command in commands(name):
        make = MAKE.fullmatch(command)
        if make:
            assert make[1] in targets
            assert make[1] in ONLY_LOOKED_UP
        else:
            assert command in [found["command"] for found in RUN_AND_ANSWER.finditer(text(name))]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_curl_is_answered_as_the_readme_shows(server: Server) -> None:
    names: Names = {}
    for found in RUN_AND_ANSWER.finditer(text("README.md")):
        compare(part(found["answer"]), typed(found["command"], server), names)
    assert "customerId" in names


def test_the_service_says_what_the_readme_shows(server: Server) -> None:
    assert BANNER.findall(text("README.md")) == [server.said]


def typed(command: str, server: Server) -> httpx.Response:
    """What curl shows with -i, as an answer."""
    line = command.replace(ADDRESS, server.address)
    run = subprocess.run(["/bin/sh", "-c", line], check=True, capture_output=True, text=True)
    head, _, body = run.stdout.partition("\n\n")
    status, *lines = head.split("\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return httpx.Response(int(status.split()[1]), headers=headers, content=body.encode())
