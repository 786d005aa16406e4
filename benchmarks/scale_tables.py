"""Markdown tables of the comparison of small and large databases."""

import statistics

from benchmarks.growth import (
    LARGE,
    LEAST_TIMES_FASTER,
    MOST_OF_SMALL,
    MOST_OF_STREAMED,
    SMALL,
    Scale,
)
from benchmarks.report import ScaleReport
from benchmarks.tables import KINDS, conditions, grouped, table, verdict


def scale_tables(report: ScaleReport) -> str:
    kinds = [f"{KINDS[scale.kind]} {scale.version}" for scale in report.scales]
    header = conditions(report.machine, report.commit, report.measured_at, kinds)
    return "\n\n".join([header, *map(_scale, report.scales)])


def _scale(scale: Scale) -> str:
    made = (
        f"Creating the large database takes {scale.seed_seconds:.0f} s. The peak memory of its"
        f" service is {scale.peak_mib or 0:.0f} MiB."
    )
    return "\n\n".join(
        [
            f"### {KINDS[scale.kind]}, {grouped(SMALL)} against {grouped(LARGE)}",
            _growth(scale),
            *([_readings(scale)] if scale.readings else []),
            _depth(scale),
            made,
        ]
    )


def _growth(scale: Scale) -> str:
    head = ["Latency, one caller", grouped(SMALL), grouped(LARGE), "Ratio", "Budget"]
    return table(
        head,
        (
            [
                it.name,
                f"{it.small_ms:.2f} ms",
                f"{it.large_ms:.2f} ms",
                f"{it.of_small:.2f}",
                f"{MOST_OF_SMALL} {verdict(it.keeps_budget)}",
            ]
            for it in scale.growth
        ),
    )


def _readings(scale: Scale) -> str:
    head = [f"Latency among {grouped(LARGE)}", "Takes", "Budget"]
    return table(
        head,
        (
            [it.name, f"{it.ms:.2f} ms", f"{it.most_ms:.2f} ms {verdict(it.keeps_budget)}"]
            for it in scale.readings
        ),
    )


def _depth(scale: Scale) -> str:
    page, exports = scale.deep_page, scale.exports
    return table(
        ["Depth", "Takes", "Compared with", "Ratio", "Budget"],
        [
            [
                "page 40 000, the first time",
                f"{statistics.median(page.first_ms):.1f} ms",
                f"{page.floor_ms:.1f} ms by OFFSET",
                f"{page.first_times_faster} times faster",
                "",
            ],
            [
                "page 40 000 and nearby ones, repeated",
                f"{page.again_ms:.2f} ms",
                f"{page.floor_ms:.1f} ms by OFFSET",
                f"{page.times_faster} times faster",
                f"{LEAST_TIMES_FASTER} {verdict(page.keeps_budget)}",
            ],
            [
                "export in pages of 1 000",
                f"{statistics.median(exports.paged_seconds):.1f} s",
                f"{statistics.median(exports.streamed_seconds):.1f} s streamed",
                f"{exports.of_streamed:.2f}",
                f"{MOST_OF_STREAMED} {verdict(exports.keeps_budget)}",
            ],
        ],
    )
