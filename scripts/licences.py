"""Writes docs/reference/licences.md: what is shipped or installed with the service, on which terms.

`--check` compares instead. Both fail on terms that nobody has agreed to yet.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from scripts.lint_locks import LOCKS, Pin, pins

PAGE = Path("docs/reference/licences.md")
RUNTIME = LOCKS / "runtime.txt"

# Terms that a closed product may ship under too, as long as notices travel along. In SPDX's words.
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
    "any-OSI",  # any licence that OSI approves, at our choice: MIT, say
}

# Terms that are fine for one package, and why.
ALLOWED_FOR = {
    "certifi": {"MPL-2.0"},  # only changed files of it would have to be published; we change none
}

# What packages say in their licence files and not, or not clearly, in their metadata.
READ_BY_US = {
    "colorama": "BSD-3-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "shellingham": "ISC",
    "uvloop": "MIT OR Apache-2.0",
}

# Their bundles are copied into the wheel; what they were built from is theirs to tell.
BUNDLES = Path("assets/package.json")

HEAD = """# Licences

What is installed with the service, and what its wheel brings along, with the licence of each. Made
by `make licences` from the lock and the packages' own metadata. `make audit` holds it to both, and
to a list of licences that a closed product may use. crm-cell itself is under the [Apache License
2.0](../../LICENSE).

Of certifi, under the Mozilla Public License, nothing is changed, so nothing has to be published. Of
two licences joined by OR anybody may choose one; any-OSI lets them choose among all that the Open
Source Initiative approves.
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
        told = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return None
    if told["Version"] != pin.version:
        return None
    return next((told[key] for key in ("License-Expression", "License") if key in told), None)


def bundles() -> list[Licensed]:
    lock = json.loads(BUNDLES.with_name("package-lock.json").read_text(encoding="utf-8"))
    named = json.loads(BUNDLES.read_text(encoding="utf-8"))["dependencies"]
    packages = {name: lock["packages"][f"node_modules/{name}"] for name in named}
    return [Licensed(name, each["version"], each["license"]) for name, each in packages.items()]


def agreed(package: Licensed) -> bool:
    """Whether one side of an OR, with all its ANDs, is among the terms that we agreed to.

    What has brackets is for a person to read.
    """
    allowed = ALLOWED | ALLOWED_FOR.get(package.name, set())
    sides = (package.licence or "").split(" OR ")
    return any(set(side.split(" AND ")) <= allowed for side in sides)


def faults(packages: list[Licensed]) -> Iterator[str]:
    for package in packages:
        if package.licence is None:
            yield f"{package.name} {package.version}: not installed, or another version is"
        elif not agreed(package):
            yield f"{package.name} {package.version}: {package.licence}: nobody agreed to that"


def table(packages: list[Licensed]) -> str:
    rows = (f"| {each.name} | {each.version} | {each.licence} |\n" for each in packages)
    return "| Package | Version | Licence |\n| --- | --- | --- |\n" + "".join(rows)


def page() -> str:
    return (
        f"{HEAD}\n## Python packages, installed with it\n\n{table(python_packages())}"
        f"\n## npm packages, inside the wheel\n\n{table(bundles())}"
    )


def main(arguments: list[str]) -> int:
    found = list(faults(python_packages() + bundles()))
    if not found and arguments != ["--check"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif not found and (not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()):
        found = [f"{PAGE} is not in step: run scripts/licences"]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
