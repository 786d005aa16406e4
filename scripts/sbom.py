"""Reduces the bill of materials of .venv to runtime packages, and adds data from the locks.

Reads the output of cyclonedx-py from standard input and writes the result to standard output. The
same locks give the same bytes, because it contains no time and no serial number.
"""

import base64
import json
import sys
from typing import Any

from crm_cell import __version__
from scripts.licences import BUNDLES, CONSOLE, RUNTIME, Licensed, bundles, licence_of
from scripts.lint_locks import Pin, pins

Component = dict[str, Any]


def bill(environment: dict[str, Any], lock: list[Pin], shipped: list[Component]) -> dict[str, Any]:
    """The environment's bill of materials, with only the components of `lock` and `shipped`."""
    found = {normal(each["name"]): each for each in environment["components"]}
    components = [component(pin, found.get(pin.name)) for pin in lock] + shipped
    root = environment["metadata"]["component"] | {"version": __version__}
    return environment | {
        "metadata": environment["metadata"] | {"component": root},
        "components": components,
        "dependencies": dependencies(environment, components, root["bom-ref"]),
    }


def normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def component(pin: Pin, installed: Component | None) -> Component:
    """A package of the lock. It is optional if it is not installed here (e.g. for Windows)."""
    purl = f"pkg:pypi/{pin.name}@{pin.version}"
    known = installed or {"bom-ref": f"{pin.name}=={pin.version}", "scope": "optional"}
    files = {
        "type": "distribution",
        "url": purl,
        "comment": "the files that the lock allows",
        "hashes": [{"alg": "SHA-256", "content": each} for each in pin.hashes],
    }
    return known | {
        "type": "library",
        "name": pin.name,
        "version": pin.version,
        "purl": purl,
        "licenses": expression(licence_of(pin)),
        "externalReferences": [*known.get("externalReferences", []), files],
    }


def expression(licence: str | None) -> list[dict[str, str]]:
    return [{"expression": licence, "acknowledgement": "concluded"}] if licence else []


def dependencies(
    environment: dict[str, Any], components: list[Component], root: str
) -> list[dict[str, Any]]:
    """The dependency graph of `components`; the root depends on those that it does not contain."""
    graph = {each["ref"]: each.get("dependsOn", []) for each in environment["dependencies"]}
    refs = [each["bom-ref"] for each in components]
    bundled = [ref for ref in refs if ref not in graph]
    graph[root] = [*graph[root], *bundled]
    return [
        {"ref": ref, "dependsOn": sorted(set(graph.get(ref, [])).intersection(refs))}
        for ref in [root, *refs]
    ]


def shipped_bundles() -> list[Component]:
    integrity = {
        (name.removeprefix("node_modules/"), package["version"]): package["integrity"]
        for lock in (BUNDLES.with_name("package-lock.json"), CONSOLE)
        for name, package in json.loads(lock.read_text(encoding="utf-8"))["packages"].items()
        if "integrity" in package
    }
    return [bundle(each, integrity[each.name, each.version]) for each in bundles()]


def bundle(package: Licensed, integrity: str) -> Component:
    digest = base64.b64decode(integrity.removeprefix("sha512-")).hex()
    purl = f"pkg:npm/{package.name}@{package.version}"
    return {
        "bom-ref": purl,
        "type": "library",
        "name": package.name,
        "version": package.version,
        "purl": purl,
        "hashes": [{"alg": "SHA-512", "content": digest}],
        "licenses": expression(package.licence),
    }


def main() -> None:
    lock = pins(RUNTIME.read_text(encoding="utf-8"))
    whole = bill(json.load(sys.stdin), lock, shipped_bundles())
    json.dump(whole, sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
