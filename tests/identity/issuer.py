"""Those who know who somebody is, as the service meets them: over HTTP, on this machine.

An issuer with real keys, made for the tests, and a platform that answers for its tokens.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.world import Json

ISSUER = "https://issuer.example"
AUDIENCE = "crm"
SECRET = "a secret of thirty-two bytes, or more"

Answer = tuple[int, bytes]


class Server:
    """Answers every GET by `answer`, and remembers who asked with which Authorization."""

    def __init__(self, answer: Callable[[str], Answer], **headers: str) -> None:
        self.drips = 0.0
        """Seconds between one byte of an answer and the next."""
        self.asked: list[str] = []
        self.answer = answer
        self.hold = threading.Event()
        self.hold.set()
        self._called = threading.Event()
        self._away = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                authorization = self.headers.get("Authorization", "")
                if outer._away:  # on a connection from before
                    self.close_connection = True
                    return
                outer.asked.append(f"{self.path} {authorization}".strip())
                outer._called.set()
                outer.hold.wait(10)
                status, body = outer.answer(authorization.removeprefix("Bearer "))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                outer.write(self.wfile, body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Not to the tests' terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def write(self, out: BufferedIOBase, body: bytes) -> None:
        pieces = [body[at : at + 1] for at in range(len(body))] if self.drips else [body]
        with suppress(ConnectionError):  # whoever asked may have given up
            for piece in pieces:
                out.write(piece)
                out.flush()
                time.sleep(self.drips)

    async def called(self) -> None:
        """Return when somebody has asked."""
        await asyncio.to_thread(self._called.wait, 10)

    def stop(self) -> None:
        if self._away:
            return
        self._away = True
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving(answer: Callable[[str], Answer], **headers: str) -> Iterator[Server]:
    """`headers` are sent with each answer; `_` stands for a hyphen."""
    server = Server(answer, **headers)
    try:
        yield server
    finally:
        server.stop()


def as_json(body: object, status: int = 200) -> Answer:
    return status, json.dumps(body).encode()


# Keys, made once: an RSA key takes a while.


@cache
def rsa_key(name: str = "first", bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str = "first") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key(name: str = "first") -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def pem(key: Any) -> str:
    public = key.public_key()
    text: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return text.decode()


def jwk(key: Any, kid: str | None, **members: object) -> Json:
    algorithms: dict[type, Any] = {
        rsa.RSAPrivateKey: jwt.algorithms.RSAAlgorithm,
        ec.EllipticCurvePrivateKey: jwt.algorithms.ECAlgorithm,
        ed25519.Ed25519PrivateKey: jwt.algorithms.OKPAlgorithm,
    }
    made = next(each for kind, each in algorithms.items() if isinstance(key, kind))
    told: Json = made.to_jwk(key.public_key(), as_dict=True)
    told.pop("key_ops", None)
    return told | ({"kid": kid} if kid else {}) | members


def key_set(*keys: Json) -> Answer:
    return as_json({"keys": list(keys)})


# Tokens

Claims = Mapping[str, object]


def claims(**others: object) -> Json:
    """Those of Alice of Acme, who may do everything but see what is not hers. None leaves out."""
    now = int(time.time())
    said: Json = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "tenant_id": "acme",
        "scope": "openid crm:read crm:write crm:export",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
    }
    return {name: value for name, value in (said | others).items() if value is not None}


def signed(said: Claims, key: Any = SECRET, algorithm: str = "HS256", **headers: object) -> str:
    return jwt.encode(dict(said), key, algorithm, headers=headers)
