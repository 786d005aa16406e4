"""Checks the locks: every package has one version and hashes, and no URL.

Without a hash pip would install whatever file the index sends.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOCKS = Path("requirements")
# The lock of an environment in which our code does not run.
APART = Path("requirements/clients.txt")
NPM_LOCKS = tuple(Path(folder, "package-lock.json") for folder in ("assets", "clients", "console"))

PIN = re.compile(r"([a-z0-9-]+)==([\w.!+]+)(?: ; ([^\\]+?))? \\")
HASH = re.compile(r"    --hash=sha256:([0-9a-f]{64})(?: \\)?")
COMMENT = re.compile(r"\s*#|$")


@dataclass(frozen=True)
class Pin:
    name: str
    version: str
    marker: str | None = None
    hashes: list[str] = field(default_factory=list)


def pins(text: str) -> list[Pin]:
    """The packages of a lock, in order. `faults` reports other lines."""
    found: list[Pin] = []
    for line in text.splitlines():
        if pin := PIN.fullmatch(line):
            found.append(Pin(pin[1], pin[2], pin[3]))
        elif found and (each := HASH.fullmatch(line)):
            found[-1].hashes.append(each[1])
    return found


def faults(path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if not any(form.match(line) for form in (PIN, HASH, COMMENT)):
            yield f"{path}:{number}: neither a version nor a hash: {line.strip()[:80]}"
    for pin in pins(text):
        if not pin.hashes:
            yield f"{path}: {pin.name} has no hash"


def npm_faults(path: Path, lock: dict[str, Any]) -> Iterator[str]:
    for name, package in lock["packages"].items():
        if name and not str(package.get("integrity", "")).startswith("sha512-"):
            yield f"{path}: {name} has no SHA-512"
        if "resolved" in package:
            yield f"{path}: {name} has an address"


def conflicts(locks: dict[Path, str]) -> Iterator[str]:
    """Packages with different versions in two locks: tests would not run what is installed."""
    first: dict[str, tuple[str, Path]] = {}
    for path, text in locks.items():
        for pin in pins(text):
            version, where = first.setdefault(pin.name, (pin.version, path))
            if version != pin.version:
                yield f"{path}: {pin.name} {pin.version}, but {version} in {where}"


def main() -> int:
    locks = {path: path.read_text(encoding="utf-8") for path in sorted(LOCKS.glob("*.txt"))}
    found = [fault for path, text in locks.items() for fault in faults(path, text)]
    found += conflicts({path: text for path, text in locks.items() if path != APART})
    for path in filter(Path.is_file, NPM_LOCKS):
        found += npm_faults(path, json.loads(path.read_text(encoding="utf-8")))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
