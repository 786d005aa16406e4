"""Writes docs/reference/licences.md: packages that are shipped or installed, and their licences.

`--check` compares instead. Both fail for a licence that is not in the lists of allowed ones.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from scripts.lint_locks import LOCKS, Pin, pins

PAGE = Path("docs/reference/licences.md")
RUNTIME = LOCKS / "runtime.txt"

# SPDX identifiers of licences that a closed product may use, as long as it includes the notices.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "Unlicense",  # a dedication to the public domain
    "PSF-2.0",
    "Zlib",
    "any-OSI",  # any licence that OSI approves, at our choice, e.g. MIT
}

# Licences that are allowed for one package, and why.
ALLOWED_FOR = {
    "certifi": {"MPL-2.0"},  # only changed files would have to be published, and none is changed
}

# Licences that a person has read in the packages' files, because their metadata is unclear.
READ_BY_US = {
    "colorama": "BSD-3-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "shellingham": "ISC",
    "uvloop": "MIT OR Apache-2.0",
}

# npm packages whose bundles are copied into the wheel; only their own licences are listed.
BUNDLES = Path("assets/package.json")
# npm packages that are bundled into the console, with all that they need, and those that build it.
CONSOLE = Path("console/package-lock.json")
BUILDERS = frozenset({"vite", "@vitejs/plugin-react"})

TABLES = Path("crm_cell/search/tables")
_SOURCE = re.compile(
    r"# Made by \S+ from the data of (?P<name>\S+) (?P<version>\S+), (?P<licence>\S+)\."
)

HEAD = """# Licences

This page lists the licence of each package that is installed with the service or included in its
wheel. `make licences` writes it from the lock and the packages' metadata. `make audit` compares it
with both, and with a list of licences that a closed product may use. crm-cell itself is under the
[Apache License 2.0](../../LICENSE).

certifi, under the Mozilla Public License, is unmodified, so nothing has to be published. Of two
licences joined by OR either may be chosen; any-OSI allows any licence that the Open Source
Initiative approves.
"""


@dataclass(frozen=True)
class Licensed:
    name: str
    version: str
    licence: str | None


def python_packages() -> list[Licensed]:
    runtime = pins(RUNTIME.read_text(encoding="utf-8"))
    return [Licensed(pin.name, pin.version, licence_of(pin)) for pin in runtime]


def licence_of(pin: Pin) -> str | None:
    if pin.name in READ_BY_US:
        return READ_BY_US[pin.name]
    try:
        found = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return None
    if found["Version"] != pin.version:
        return None
    return next((found[key] for key in ("License-Expression", "License") if key in found), None)


def bundles() -> list[Licensed]:
    return sorted({*_copied(), *_bundled()}, key=lambda each: (each.name, each.version))


def _bundled() -> list[Licensed]:
    packages = json.loads(CONSOLE.read_text(encoding="utf-8"))["packages"]
    waiting = [name for name in packages[""]["dependencies"] if name not in BUILDERS]
    found: dict[str, Licensed] = {}
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        package = packages[f"node_modules/{name}"]
        # npm writes brackets around an OR.
        licence = package["license"].strip("()")
        found[name] = Licensed(name, package["version"], licence)
        waiting += package.get("dependencies", {})
    return list(found.values())


def _copied() -> list[Licensed]:
    lock = json.loads(BUNDLES.with_name("package-lock.json").read_text(encoding="utf-8"))
    named = json.loads(BUNDLES.read_text(encoding="utf-8"))["dependencies"]
    packages = {name: lock["packages"][f"node_modules/{name}"] for name in named}
    return [Licensed(name, each["version"], each["license"]) for name, each in packages.items()]


def tables() -> list[Licensed]:
    """What the tables of the search index were made from, as their first lines say."""
    return [Licensed(**_first_line(path)) for path in sorted(TABLES.glob("*.txt"))]


def _first_line(path: Path) -> dict[str, str]:
    found = _SOURCE.match(path.read_text(encoding="utf-8"))
    assert found is not None, f"{path} says where it comes from"
    return found.groupdict()


def agreed(package: Licensed) -> bool:
    """Whether one side of an OR, with all its ANDs, is allowed.

    Expressions with brackets are not parsed, and so are not allowed.
    """
    allowed = ALLOWED | ALLOWED_FOR.get(package.name, set())
    sides = (package.licence or "").split(" OR ")
    return any(set(side.split(" AND ")) <= allowed for side in sides)


def faults(packages: list[Licensed]) -> Iterator[str]:
    for package in packages:
        if package.licence is None:
            yield f"{package.name} {package.version}: not installed, or another version is"
        elif not agreed(package):
            yield f"{package.name} {package.version}: {package.licence}: not an allowed licence"


def table(packages: list[Licensed]) -> str:
    rows = (f"| {each.name} | {each.version} | {each.licence} |\n" for each in packages)
    return "| Package | Version | Licence |\n| --- | --- | --- |\n" + "".join(rows)


def page() -> str:
    return (
        f"{HEAD}\n## Python packages, installed with it\n\n{table(python_packages())}"
        f"\n## npm packages, inside the wheel\n\n{table(bundles())}"
        f"\n## Data, inside the wheel\n\n{table(tables())}"
    )


def main(arguments: list[str]) -> int:
    found = list(faults(python_packages() + bundles() + tables()))
    if not found and arguments != ["--check"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif not found and (not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()):
        found = [f"{PAGE} is out of date: run scripts/licences"]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
