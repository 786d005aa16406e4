"""A PgBouncer in front of a server, in transaction mode: nothing left behind."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.throwaway_postgres import free_port, unprivileged_user

_START_SECONDS = 10.0
_POLL_SECONDS = 0.02
# Two sessions for however many clients: any of them soon meets one that was another's.
_SETTINGS = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 2
max_client_conn = 500
"""


class Pooler:
    def __init__(self) -> None:
        self._port = free_port()

    def url(self, direct: str) -> str:
        """How to reach through it what `direct` reaches."""
        parts = urlsplit(direct)
        login = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{login}@127.0.0.1:{self._port}").geturl()

    def settings(self, direct: str, folder: Path) -> str:
        parts = urlsplit(direct)
        return _SETTINGS.format(
            host=parts.hostname, port=parts.port or 5432, own_port=self._port, folder=folder
        )

    def wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
            except ConnectionRefusedError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(_POLL_SECONDS)
            else:
                return


@contextmanager
def pgbouncer(*direct: str) -> Iterator[Pooler]:
    """In front of the one server of these URLs, for their logins."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not here: install Debian's package pgbouncer")
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as name:
        folder, pooler = Path(name), Pooler()
        logins = [(urlsplit(url).username, urlsplit(url).password or "") for url in direct]
        users = "".join(f'"{user}" "{password}"\n' for user, password in logins)
        (folder / "users.txt").write_text(users)
        (folder / "pgbouncer.ini").write_text(pooler.settings(direct[0], folder))
        with _running(program, folder) as process:
            pooler.wait_until_ready(process)
            yield pooler


@contextmanager
def _running(program: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """As another user where the caller is root, which it refuses to be."""
    user = unprivileged_user()
    if user is not None:
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
    process = subprocess.Popen(
        [program, "-q", folder / "pgbouncer.ini"],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user and user.pw_uid,
        group=user and user.pw_gid,
        extra_groups=[] if user else None,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(_START_SECONDS)
