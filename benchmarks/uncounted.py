"""The service without its counters, to see what they cost. Its lists would tell wrong totals.

Usage: python -m benchmarks.uncounted serve
"""

from crm_cell.cli import main
from crm_cell.storage import counters
from crm_cell.storage.engine import Tally


def no_rows(tally: Tally, stripe: int) -> list[dict[str, object]]:  # noqa: ARG001 - as it was
    return []


if __name__ == "__main__":
    counters.rows = no_rows
    main()
