"""The READMEs' figures are those of the newest measurement that is kept, and of no other."""

import re
import statistics
from pathlib import Path

import msgspec
import pytest

from benchmarks.report import Report

ROOT = Path(__file__).parents[2]
KEPT = [
    msgspec.json.decode(path.read_bytes(), type=Report)
    for path in (ROOT / "benchmarks" / "results").glob("*.json")
]
FIGURES = re.compile(r"^\| [^|]*\w \| ([\d ]+) \| ([\d.]*) ?\|$", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_figures_are_those_of_the_newest_measurement(name: str) -> None:
    newest = max(KEPT, key=lambda report: report.measured_at, default=None)
    shown = FIGURES.findall((ROOT / name).read_text(encoding="utf-8"))
    assert shown == (figures(newest) if newest else [])


def figures(report: Report) -> list[tuple[str, str]]:
    """For each row, how many per second, and the share of the floor if there is one."""
    loads = [
        (
            statistics.median(each.service.load.per_second for each in outcome.rounds),
            f"{statistics.median(outcome.of_floor):.2f}" if outcome.of_floor else "",
        )
        for outcome in report.scenarios
    ]
    transfers = [(statistics.median(each.rows_per_second), "") for each in report.transfers]
    return [(readable(speed), share) for speed, share in [*loads, *transfers]]


def readable(speed: float) -> str:
    """Three digits are known, the others are noise."""
    return f"{int(float(f'{speed:.3g}')):,}".replace(",", " ")
