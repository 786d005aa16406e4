"""Keeps out of the repository what is true of one machine only: its paths, its package index.

A lock that names an address installs from nowhere else, and a path under somebody's home works for
nobody else.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Places of one machine. Letters in brackets keep this file from finding itself. A container has a
# /tmp of its own, so `deploy/` may speak of it.
PATHS = re.compile(r"(?<![\w.}/-])/(?:[w]ork|[r]oot|[h]ome)/|(?<![\w.}/-])/[t]mp/(?!\*)")
INDEX = re.compile(r"--(?:extra-)?[i]ndex-url|--[f]ind-links\b|--[r]egistry\b|_INDEX_[U]RL")
LEFT_OVER = re.compile(r"\b(?:TO[D]O|FIX[M]E)\b|(?:#|//|--)\s*XX[X]\b")
ADDRESS = re.compile(r"://")
RESOLVED = re.compile(r'"resolved"\s*:')

# A library's name for an option of its own, not an address.
ALLOWED = ("--no-emit-",)


def rules(path: Path) -> Iterator[tuple[re.Pattern[str], str]]:
    """What may not stand in the file at `path`, relative to the root, each with the reason."""
    if path.name == "package-lock.json":
        yield RESOLVED, "a lock holds hashes, not addresses"
        return
    if path.parts[0] == "requirements":
        yield ADDRESS, "a lock holds hashes, not addresses"
        return
    if path.parts[0] != "deploy":
        yield PATHS, "a path of one machine"
    yield INDEX, "a package index set by hand"
    yield LEFT_OVER, "work left for later belongs in an issue"


def faults(path: Path, text: str) -> Iterator[str]:
    for pattern, reason in rules(path):
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line) and not any(word in line for word in ALLOWED):
                yield f"{path}:{number}: {reason}: {line.strip()[:80]}"


def tracked() -> list[Path]:
    """The files git keeps or is about to, so that nothing that was built is read."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := Path(name)).is_file()]


def main() -> int:
    found: list[str] = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        found += faults(path, text)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
