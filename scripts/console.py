"""Works on the console with the Node of the build requirements; the system needs none.

python -m scripts.console check    types, lint, tests, and the size of the first load
python -m scripts.console dev      serves the sources with hot reload, beside `make run`
python -m scripts.console install  the packages for development
python -m scripts.console npm …    any npm command, in console/
"""

import hashlib
import re
import sys
from pathlib import Path

import hatch_build

CONSOLE = Path("console")
BUILT = Path("crm_cell/http/pages/console_files")
# Compressed, what a browser loads before the first screen can be drawn.
FIRST_LOAD = 250 * 1024
_FILE = re.compile(r'(?:src|href)="\./(assets/[^"]+)"')


def npm(*arguments: str) -> int:
    return hatch_build.npm(CONSOLE, *arguments)


def install() -> int:
    """All packages, for development; nothing to do if the lock has not changed."""
    lock = hashlib.sha256((CONSOLE / "package-lock.json").read_bytes()).hexdigest()
    stamp = CONSOLE / "node_modules" / ".lock"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == lock:
        return 0
    status = npm("ci", "--ignore-scripts", "--loglevel=error")
    if status == 0:
        stamp.write_text(lock, encoding="utf-8")
    return status


def first_load(folder: Path = BUILT) -> int:
    """Bytes of the page and of all that it names, as they are sent."""
    page = folder / "index.html"
    names = _FILE.findall(page.read_text(encoding="utf-8"))
    assert names, "the page names its script and its styles"
    sizes = [(folder / f"{name}.gz").stat().st_size for name in names]
    return page.stat().st_size + sum(sizes)


def check_first_load() -> int:
    size = first_load()
    print(f"first load: {size / 1024:.0f} of {FIRST_LOAD // 1024} KB, compressed")
    if size > FIRST_LOAD:
        print("The first load is too large: move what the first screen does not need to a chunk.")
        return 1
    return 0


def check() -> int:
    status = install() or npm("run", "--silent", "api")
    if status:
        return status
    # All of them run, so that one run shows every fault.
    failed = [name for name in ("types", "lint", "test") if npm("run", "--silent", name)]
    if not BUILT.is_dir():
        print("first load: not checked, CRM_SKIP_CONSOLE=1 has left the console out")
    elif check_first_load():
        failed.append("first load")
    for name in failed:
        print(f"failed: {name}")
    return len(failed)


def dev() -> int:
    return install() or npm("run", "--silent", "api") or npm("run", "--silent", "dev")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check"]:
            return check()
        case ["install"]:
            return install()
        case ["dev"]:
            return dev()
        case ["npm", *rest]:
            return npm(*rest)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
