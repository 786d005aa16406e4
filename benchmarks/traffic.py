"""The bytes of each kind of request, the same for the service and the floor."""

import itertools
import random
from collections.abc import Iterator

from benchmarks.load import NextRequest
from benchmarks.seed_rows import TENANT, customer_id

# The number of different requested records, more than any cache of the driver can hold.
_DIFFERENT = 20_000
_REPEATED = 500
# Odd, so that its multiples repeat only after 2⁶⁴ numbers.
_SCATTER = 0x9E3779B97F4A7C15

_HEAD = f"Host: 127.0.0.1\r\nAuthorization: Bearer bench\r\nX-Tenant-Id: {TENANT}\r\n"


def get(path: str, more_headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\n{_HEAD}{more_headers}\r\n".encode()


def send(method: str, path: str, key: str, body: str) -> bytes:
    raw = body.encode()
    head = (
        f"{method} {path} HTTP/1.1\r\n{_HEAD}X-Request-ID: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def cycle(requests: list[bytes]) -> NextRequest:
    endless: Iterator[bytes] = itertools.cycle(requests)
    return endless.__next__


class Traffic:
    """Endless requests of each kind; no two writes of one run share a key or a name."""

    def __init__(self, customers: int) -> None:
        chance = random.Random(1)
        self._paths = [
            f"/customers/{customer_id(chance.randrange(customers))}" for _ in range(_DIFFERENT)
        ]
        self._numbers = itertools.count(1)
        self._repeated = [self._create_one() for _ in range(_REPEATED)]

    def get_one(self) -> NextRequest:
        return cycle([get(path) for path in self._paths])

    def list_20(self) -> NextRequest:
        return cycle([get("/customers")])

    def funnel(self) -> NextRequest:
        return cycle([get("/reports/funnel")])

    def create(self) -> NextRequest:
        return self._create_one

    def replay(self) -> NextRequest:
        """Repeats the same creates: after the warm-up, every answer is a replay."""
        return cycle(self._repeated)

    def patch(self) -> NextRequest:
        paths = itertools.cycle(self._paths)

        def next_request() -> bytes:
            number = next(self._numbers)
            body = f'{{"contactEmail":"changed{number}@example.com"}}'
            return send("PATCH", next(paths), _key(number), body)

        return next_request

    def mixed(self) -> NextRequest:
        """Of ten requests, five get a record, three list, one creates and one patches."""
        get_one, list_20, patch = self.get_one(), self.list_20(), self.patch()
        reads = [get_one, list_20, get_one, list_20, get_one, list_20, get_one, get_one]
        kinds = itertools.cycle([*reads[:4], self._create_one, *reads[4:], patch])

        def next_request() -> bytes:
            return next(kinds)()

        return next_request

    def _create_one(self) -> bytes:
        number = next(self._numbers)
        body = (
            f'{{"name":"Customer {_key(number)}","contactPhone":"139{number:08}",'
            f'"contactEmail":"new{number}@example.com"}}'
        )
        return send("POST", "/customers", _key(number), body)


def _key(number: int) -> str:
    """Unique and unordered, like request ids and names, so that keys scatter over the pages of an
    index."""
    return f"{number * _SCATTER % 2**64:016x}"
