"""The build of the pages, when npm's registry does not answer."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(__file__).parents[2]
FILES = ("package.json", "package-lock.json", ".npmrc")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the build reads, without what it has built."""
    for folder in (hatch_build.DOCS_SOURCE, hatch_build.CONSOLE_SOURCE):
        (tmp_path / folder).mkdir()
        for name in FILES:
            shutil.copyfile(ROOT / folder / name, tmp_path / folder / name)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    for name in ("CRM_SKIP_ASSETS", "CRM_SKIP_CONSOLE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(params=["closed", "silent"])
def registry(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a port that refuses connections, or of one that accepts and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "silent":
            listener.listen(128)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        monkeypatch.setenv("npm_config_registry", address)
        # npm's own limits do not end a request to the silent port.
        monkeypatch.setattr(hatch_build, "DOWNLOAD_SECONDS", 5)
        yield address


def pretend_docs_are_built(tree: Path) -> None:
    target = tree / hatch_build.DOCS_TARGET
    target.mkdir(parents=True)
    for name in hatch_build.DOCS_FILES.values():
        (target / name).touch()
        (target / f"{name}.gz").touch()


@pytest.mark.usefixtures("registry")
def test_a_registry_that_does_not_answer_fails_the_build_of_the_documentation(
    tree: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert hatch_build.main(tree) == 1
    told = capfd.readouterr().err.splitlines()
    assert told[0].startswith("Downloading the npm packages of the API documentation pages")
    assert "CRM_SKIP_ASSETS=1" in told[-1]
    assert "CRM_SKIP_CONSOLE=1" in told[-1]


def test_a_registry_that_does_not_answer_fails_the_build_of_the_console(
    tree: Path, registry: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pretend_docs_are_built(tree)
    assert hatch_build.main(tree) == 1
    told = capfd.readouterr().err.splitlines()
    assert told[0].startswith("Downloading the npm packages of the console")
    assert told[-1] == (
        f"npm could not download the packages of the console from {registry}; try again,"
        " or set CRM_SKIP_CONSOLE=1 to install without the console."
    )


@pytest.mark.usefixtures("registry")
def test_without_the_console_nothing_is_downloaded_for_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_docs_are_built(tree)
    monkeypatch.setenv("CRM_SKIP_CONSOLE", "1")
    assert hatch_build.main(tree) == 0
