"""Writes the newest saved results into pages, between marks.

Usage: python -m benchmarks.pages
"""

import re
from pathlib import Path

from benchmarks.report import Report, ScaleReport, newest
from benchmarks.scale_tables import scale_tables
from benchmarks.tables import load_tables, summary

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)
PAGES = ("README.md", "README.zh-CN.md", "benchmarks/README.md")


def blocks() -> dict[str, str]:
    """The tables of the newest measurements, by name."""
    load, scale = newest(Report), newest(ScaleReport)
    return {
        "summary": summary(load, "en") if load else "",
        "summary_zh": summary(load, "zh") if load else "",
        "load": load_tables(load) if load else "",
        "scale": scale_tables(scale) if scale else "",
    }


def with_figures(page: str, figures: dict[str, str]) -> str:
    return _BLOCK.sub(lambda found: f"{found[1]}{figures[found[2]]}\n{found[3]}", page)


def write_pages() -> None:
    figures = blocks()
    for name in PAGES:
        page = ROOT / name
        page.write_text(with_figures(page.read_text(encoding="utf-8"), figures), encoding="utf-8")


if __name__ == "__main__":
    write_pages()
