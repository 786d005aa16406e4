"""A real nginx on this machine, with a configuration of its own, in front of a running service."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from scripts.throwaway_postgres import free_port
from tests.processes import PATIENCE_SECONDS

_CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    gzip_proxied any;
    gzip_min_length 1;
    gzip_types application/json text/css application/javascript text/javascript;
    server {{
        listen 127.0.0.1:{port};
        location /tools/crm/ {{ proxy_pass {service}/; }}
        location /api/v1/crm/ {{ proxy_pass {service}; }}
    }}
}}
"""


@contextmanager
def nginx(service: str) -> Iterator[str]:
    """Its address. It compresses all JSON, strips `/tools/crm`, and leaves `/api/v1/crm` on."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:
        port = free_port()
        file = Path(name, "nginx.conf")
        file.write_text(
            _CONFIGURATION.format(folder=name, port=port, service=service), encoding="utf-8"
        )
        process = subprocess.Popen([program, "-p", name, "-c", str(file)])
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/v1/crm/livez", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            httpx.get(address).raise_for_status()
        except httpx.TransportError:
            assert process.poll() is None, "nginx has ended"
            assert time.monotonic() < until, "nginx does not answer"
            time.sleep(0.02)
        else:
            return
