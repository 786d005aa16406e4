"""The pages' figures are those of the newest measurement that is kept, and of no other."""

from pathlib import Path

import pytest

from benchmarks.pages import PAGES, blocks, with_figures
from benchmarks.report import RESULTS, Report, newest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_the_figures_are_those_of_the_newest_measurement(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- figures: " in page
    assert page == with_figures(page, blocks())


def test_a_measurement_is_kept_and_every_kept_one_can_be_read() -> None:
    assert newest(Report) is not None
    assert list(RESULTS.glob("*.json"))
