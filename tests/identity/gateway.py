"""The platform's gateway, with its habits: it strips the prefix, signs, and repeats what failed."""

import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

PREFIX = "/api/v1/crm"
_TRIES = 3
_SIGNED = ("X-Request-ID", "X-Tenant-Id", "X-Trace-Id", "X-Signature-Time")


class Gateway:
    """Forwards to `cell`, and remembers the status of each try."""

    def __init__(self, cell: str, secret: str) -> None:
        self.tried: list[int] = []
        self.loses_answers = False
        """Whether the first answer to each write never arrives, which counts as a timeout."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                answer = outer.forward(self.command, self.path, dict(self.headers), body)
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name not in ("content-length", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def do_GET(self) -> None:
                self.forward()

            def do_POST(self) -> None:
                self.forward()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Not to the tests' terminal."""

        self._cell = cell
        self._secret = secret.encode()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}{PREFIX}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def forward(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        path = target.removeprefix(PREFIX)
        given = {name: value for name, value in headers.items() if name.lower() != "host"}
        given |= self._signature(method, path.partition("?")[0], given, body)
        tries = 0
        while True:
            answer = httpx.request(
                method, self._cell + path, headers=given, content=body, timeout=10
            )
            tries += 1
            self.tried.append(answer.status_code)
            lost = self.loses_answers and method != "GET" and tries == 1
            if tries == _TRIES or (answer.status_code < 500 and not lost):
                return answer

    def _signature(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> dict[str, str]:
        known = {name.lower(): value for name, value in headers.items()}
        moment = str(int(time.time()))
        known["x-signature-time"] = moment
        parts = [method.encode(), path.encode(), body]
        parts += [known.get(name.lower(), "").encode() for name in _SIGNED]
        digest = hmac.new(self._secret, b"|".join(parts), hashlib.sha256).hexdigest()
        return {"X-Signature": digest, "X-Signature-Time": moment}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def gateway(cell: str, secret: str) -> Iterator[Gateway]:
    between = Gateway(cell, secret)
    try:
        yield between
    finally:
        between.stop()
