"""Markdown tables of the results, for the terminal and for pages."""

import statistics
from collections.abc import Callable, Iterable

from benchmarks.machine import Machine
from benchmarks.report import Engine, Report
from benchmarks.scenarios import Outcome, Side
from benchmarks.startup import MOST_MIB, MOST_SECONDS, Startup

NAMES = {
    "en": {
        "get": "get one customer",
        "list": "list of 20, with the total",
        "create": "create, durable and idempotent",
        "create_128": "create, 128 callers at once",
        "replay": "replay of a create",
        "patch": "change",
        "mixed": "eight reads, two writes",
        "funnel": "funnel",
        "export": "export, rows",
        "import": "import, rows",
        "floor": "of the floor",
        "workers": "{} processes",
    },
    "zh": {
        "get": "读一个客户",
        "list": "列表 20 条，含总数",
        "create": "创建，落盘且幂等",
        "create_128": "创建，128 个并发",
        "replay": "创建的重放",
        "patch": "修改",
        "mixed": "八读两写",
        "funnel": "漏斗",
        "export": "导出，行",
        "import": "导入，行",
        "floor": "占底线",
        "workers": "{} 进程",
    },
}
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The first column is text, the others are numbers."""
    cells = list(head)
    lines = [cells, ["---", *["---:"] * (len(cells) - 1)], *rows]
    return "\n".join(
        f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in line)}|" for line in lines
    )


def summary(report: Report, language: str) -> str:
    """The table of both READMEs: requests per second of each engine, and the share of its floor."""
    names = NAMES[language]
    head, columns = [""], []
    for engine in report.engines:
        head += [_title(engine, names)]
        columns.append(_speeds(engine))
        if engine.workers == 1:
            head += [names["floor"]]
            columns.append(_shares(engine))
    shown = [name for name in names if any(name in column for column in columns)]
    return table(head, ([names[name], *(it.get(name, "") for it in columns)] for name in shown))


def _speeds(engine: Engine) -> dict[str, str]:
    under_load = {it.name: readable(it.per_second) for it in engine.scenarios}
    return under_load | {it.name: readable(it.per_second) for it in engine.transfers}


def _shares(engine: Engine) -> dict[str, str]:
    return {
        it.name: f"{statistics.median(it.of_floor):.2f}" for it in engine.scenarios if it.of_floor
    }


def readable(speed: float) -> str:
    """Rounded to three digits, since the others are noise."""
    return grouped(int(float(f"{speed:.3g}")))


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def conditions(machine: Machine, commit: str, measured_at: str, kinds: Iterable[str]) -> str:
    databases = " and ".join(kinds)
    return (
        f"{machine.cores} cores of {machine.processor}, {machine.system}, Python {machine.python},"
        f" {databases}, commit {commit}, {measured_at[:10]}."
    )


def load_tables(report: Report) -> str:
    kinds = dict.fromkeys(f"{KINDS[each.kind]} {each.version}" for each in report.engines)
    header = conditions(report.machine, report.commit, report.measured_at, kinds)
    return "\n\n".join([header, *(_engine(each) for each in report.engines)])


def _engine(engine: Engine) -> str:
    parts = [f"### {_title(engine, NAMES['en'])}", _under_load(engine)]
    if engine.transfers:
        parts.append(_transfers(engine))
    if engine.latencies:
        parts.append(_latencies(engine))
    if engine.startup:
        parts.append(_startup(engine.startup))
    parts.append(f"Peak memory of a process: {engine.peak_mib:.0f} MiB.")
    return "\n\n".join(parts)


def _under_load(engine: Engine) -> str:
    head = [
        "Under load",
        "Service",
        "Floor",
        "Of floor",
        "Spread",
        "By CPU",
        "Budget",
        "p50",
        "p99",
    ]
    outcomes = [*engine.scenarios, *([engine.counted] if engine.counted else [])]
    return table(head, (_outcome(outcome) for outcome in outcomes))


def _outcome(outcome: Outcome) -> list[str]:
    service = [each.service for each in outcome.rounds]
    floor = [each.floor for each in outcome.rounds if each.floor]
    shares, by_cpu = outcome.of_floor, outcome.of_floor_by_cpu
    return [
        NAMES["en"].get(outcome.name, outcome.name),
        readable(_middle(service, _speed)),
        readable(_middle(floor, _speed)) if floor else "",
        f"{statistics.median(shares):.2f}" if shares else "",
        f"{min(shares):.2f}–{max(shares):.2f}" if shares else "",
        f"{statistics.median(by_cpu):.2f}" if by_cpu else "",
        f"{outcome.least_of_floor} {verdict(outcome.keeps_budget)}" if shares else "",
        f"{_middle(service, lambda side: side.load.p50):.1f} ms",
        f"{_middle(service, lambda side: side.load.p99):.1f} ms",
    ]


def _transfers(engine: Engine) -> str:
    head = ["Rows at once", "Rows/s", "Spread", "Budget", "Memory before", "At most"]
    return table(
        head,
        (
            [
                NAMES["en"][it.name],
                readable(it.per_second),
                f"{readable(min(it.rows_per_second))}–{readable(max(it.rows_per_second))}",
                f"{readable(it.least_rows_per_second)} {verdict(it.keeps_budget)}",
                f"{it.resident_mib_before or 0:.0f} MiB",
                f"{it.resident_mib_peak or 0:.0f} MiB",
            ]
            for it in engine.transfers
        ),
    )


def _latencies(engine: Engine) -> str:
    head = ["At a fixed rate", "Of peak", "Per second", "p50", "p90", "p99", "p99.9", "Most"]
    return table(
        head,
        (
            [
                NAMES["en"][it.name],
                f"{it.share_of_peak:.0%}",
                readable(it.at_rate.asked_per_second),
                *(
                    f"{milliseconds:.2f} ms"
                    for milliseconds in (
                        it.at_rate.p50,
                        it.at_rate.p90,
                        it.at_rate.p99,
                        it.at_rate.p999,
                        it.at_rate.worst,
                    )
                ),
            ]
            for it in engine.latencies
        ),
    )


def _startup(startup: Startup) -> str:
    seconds = statistics.median(startup.seconds_to_first_answer)
    resident = max(mib or 0 for mib in startup.resident_mib)
    return (
        f"From start to first answer {seconds:.2f} s (budget {MOST_SECONDS:.0f} s), with"
        f" {resident:.0f} MiB resident (budget {MOST_MIB:.0f} MiB):"
        f" {verdict(startup.keeps_budget)}."
    )


def _title(engine: Engine, names: dict[str, str]) -> str:
    kind = KINDS[engine.kind]
    return kind if engine.workers == 1 else f"{kind}, {names['workers'].format(engine.workers)}"


def _middle(sides: list[Side], figure: Callable[[Side], float]) -> float:
    return statistics.median(map(figure, sides))


def _speed(side: Side) -> float:
    return side.load.per_second


def verdict(met: bool | None) -> str:
    return "met" if met else "**missed**"
