"""The command line. The commands are in `cli.menu`."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    from crm_cell.cli import menu

    menu.main(arguments)
