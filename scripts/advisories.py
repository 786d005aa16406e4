"""Queries the registries for known vulnerabilities of every locked package.

Exit status: 0 if there are none, 1 if there are some, 75 if there are none but a registry did not
answer. A missing answer never counts as "none".
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import Any

from hatch_build import run_npm
from scripts.lint_locks import APART, LOCKS, NPM_LOCKS

# Advisories that do not affect the service, or have no fix yet: id, and why they are acceptable.
ACCEPTED: dict[str, str] = {}

# sysexits.h: try again later.
NOT_ASKED = 75


@dataclass
class Report:
    known: list[str] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)


def read_pip_audit(output: str) -> Report:
    """Reads pip-audit's JSON, in which packages without an answer have a `skip_reason`."""
    try:
        dependencies = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        return Report(not_asked=["every Python package"])
    report = Report()
    for package in dependencies:
        if "skip_reason" in package:
            report.not_asked.append(package["name"])
        report.known += [
            f"{package['name']} {package['version']}: {each['id']}"
            f" (fixed in {', '.join(each['fix_versions']) or 'no version yet'})"
            for each in package.get("vulns", [])
            if not ACCEPTED.keys() & {each["id"], *each.get("aliases", [])}
        ]
    return report


def read_npm_audit(lock: Path, output: str) -> Report:
    """Reads npm audit's JSON, which has no `vulnerabilities` if the registry did not answer."""
    try:
        vulnerabilities = json.loads(output)["vulnerabilities"]
    except (ValueError, KeyError):
        return Report(not_asked=[f"{lock}: every package"])
    return Report(known=[f"{lock}: {fault}" for fault in _npm_advisories(vulnerabilities)])


def _npm_advisories(vulnerabilities: dict[str, Any]) -> Iterator[str]:
    for name, package in vulnerabilities.items():
        for cause in package["via"]:
            # A string names another package of this list, which contains the advisory.
            if isinstance(cause, dict) and cause["url"].rpartition("/")[2] not in ACCEPTED:
                yield f"{name} {package['range']}: {cause['title']} ({cause['url']})"


def ask_pip_audit(locks: list[Path]) -> Report:
    command = [".venv/audit/bin/pip-audit", "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off"]
    command += [word for lock in locks for word in ("-r", str(lock))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        # stderr is no result: it says "none known" even for packages that were not checked.
        print(done.stderr, file=sys.stderr)
    return read_pip_audit(done.stdout)


def ask_npm(lock: Path) -> Report:
    options = ("--json", "--package-lock-only", "--omit=dev", "--fetch-retries=0")
    done = run_npm(lock.parent, "audit", *options, capture_output=True)
    return read_npm_audit(lock, done.stdout)


def main() -> int:
    # Two runs, because pip-audit refuses a package with two versions.
    reports = [ask_pip_audit(sorted({*LOCKS.glob("*.txt")} - {APART})), ask_pip_audit([APART])]
    reports += [ask_npm(lock) for lock in NPM_LOCKS if lock.is_file()]
    known = [each for report in reports for each in report.known]
    not_asked = [each for report in reports for each in report.not_asked]
    print(*known, sep="\n", end="\n" if known else "")
    if not_asked:
        print(f"NOT CHECKED, because a registry did not answer ({len(not_asked)}):")
        print(shorten(", ".join(not_asked), width=200, placeholder=" …"))
    if known:
        return 1
    return NOT_ASKED if not_asked else 0


if __name__ == "__main__":
    sys.exit(main())
