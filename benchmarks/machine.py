"""The machine of a measurement, since results of different machines cannot be compared."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import msgspec

_PACKAGES = (
    "granian",
    "uvloop",
    "msgspec",
    "apsw",
    "asyncpg",
    "starlette",
    "prometheus-client",
)


class Machine(msgspec.Struct, frozen=True):
    processor: str
    cores: int
    system: str
    python: str
    packages: dict[str, str]


def this_machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 0,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        packages={name: version(name) for name in _PACKAGES},
    )


def commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
