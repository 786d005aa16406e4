"""The service without counters, to measure their cost. Its lists would show wrong totals.

Usage: python -m benchmarks.uncounted serve
"""

from crm_cell.cli import main
from crm_cell.storage import counters
from crm_cell.storage.engine import CounterDeltas


def no_rows(deltas: CounterDeltas, stripe: int) -> list[tuple[str, str, str, int, int]]:  # noqa: ARG001 - the original signature
    return []


if __name__ == "__main__":
    counters.rows = no_rows
    main()
