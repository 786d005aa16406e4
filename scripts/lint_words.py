"""Refuses details of one machine in the repository: its paths and its package index.

A lock with a URL can install from nowhere else, and a path in a home folder works on one machine.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Paths of one machine. Letters in brackets prevent a match in this file. A container has its own
# /tmp, so `deploy/` may mention it.
PATHS = re.compile(r"(?<![\w.}/-])/(?:[w]ork|[r]oot|[h]ome)/|(?<![\w.}/-])/[t]mp/(?!\*)")
INDEX = re.compile(r"--(?:extra-)?[i]ndex-url|--[f]ind-links\b|--[r]egistry\b|_INDEX_[U]RL")
LEFT_OVER = re.compile(r"\b(?:TO[D]O|FIX[M]E)\b|(?:#|//|--)\s*XX[X]\b")
ADDRESS = re.compile(r"://")
RESOLVED = re.compile(r'"resolved"\s*:')

# An option of uv, not a URL.
ALLOWED = ("--no-emit-",)


def rules(path: Path) -> Iterator[tuple[re.Pattern[str], str]]:
    """The patterns that must not match in the file at `path`, each with the reason."""
    if path.name == "package-lock.json":
        yield RESOLVED, "a lock must contain hashes, not URLs"
        return
    if path.parts[0] == "requirements":
        yield ADDRESS, "a lock must contain hashes, not URLs"
        return
    if path.parts[0] != "deploy":
        yield PATHS, "a local path"
    yield INDEX, "an explicit package index"
    yield LEFT_OVER, "work left for later belongs in an issue"


def faults(path: Path, text: str) -> Iterator[str]:
    for pattern, reason in rules(path):
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line) and not any(word in line for word in ALLOWED):
                yield f"{path}:{number}: {reason}: {line.strip()[:80]}"


def tracked() -> list[Path]:
    """Tracked and new files, without ignored ones such as build results."""
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
