"""`crm-cell --version`."""

from crm_cell import __version__
from tests.cli.conftest import Terminal


def test_it_prints_the_version_and_stops(terminal: Terminal) -> None:
    said = terminal.run("--version")
    assert (said.code, said.out, said.err) == (0, f"crm-cell {__version__}\n", "")
