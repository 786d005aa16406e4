"""How the documentation shows HTTP, so that it can be run.

A page holds fenced blocks marked http. One that begins with a method is a request; the next that
begins with HTTP is its answer. Headers that every request has are left out of the page and added
here. `{customerId}` stands for what the service made up: the first time it is learnt, afterwards
it must be the same. A time stands for any time, a line of nothing but … for any lines, a member
"…" for any other members.

A comment `<!-- given customerId: POST /customers {"name": "…"} -->` makes what a page's examples
need beforehand.
"""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

BLOCK = re.compile(
    r"^```http\n(?P<http>.*?)^```$|^<!-- given (?P<name>\w+): (?P<given>.*?) -->$",
    re.MULTILINE | re.DOTALL,
)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# A time, or a month that is the whole value: both are those of the run.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|^\d{4}-\d\d$")

Names = dict[str, str]


class Part(msgspec.Struct, frozen=True):
    """A request or an answer as a page shows it."""

    first: str
    headers: dict[str, str]
    body: str


class Example(msgspec.Struct, frozen=True):
    request: Part
    answer: Part | None
    learns: str | None = None
    """For what is given beforehand: which member of the answer to remember."""


def examples_of(page: str) -> Iterator[Example]:
    blocks = list(BLOCK.finditer(page))
    for here, after in zip(blocks, [*blocks[1:], None], strict=True):
        if here["given"] is not None:
            method, path, body = here["given"].split(" ", 2)
            yield Example(Part(f"{method} {path}", {}, body), None, here["name"])
        elif not here["http"].startswith("HTTP/"):
            assert after is not None, f"no answer to {here['http']}"
            yield Example(part(here["http"]), part(after["http"]))


def part(block: str) -> Part:
    head, _, body = block.partition("\n\n")
    first, *lines = head.strip().split("\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Part(first, headers, body.strip())


class Reader:
    """Somebody who tries everything that a page shows, from top to bottom."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._names: Names = {}
        self._requests = 0

    async def try_out(self, example: Example) -> None:
        answer = await self._send(example.request)
        if example.answer is not None:
            compare(example.answer, answer, self._names)
        else:
            assert answer.is_success, answer.text
            self._names[str(example.learns)] = answer.json()[example.learns]

    async def _send(self, request: Part) -> httpx.Response:
        method, path = self._filled(request.first).split(" ", 1)
        self._requests += 1
        headers = {"Authorization": "Bearer dev", "X-Tenant-Id": "acme"}
        if method in ("POST", "PUT", "PATCH"):
            headers |= {
                "Content-Type": "application/json",
                "X-Request-ID": f"page-{self._requests}",
            }
        headers |= {name: self._filled(value) for name, value in request.headers.items()}
        body = self._filled(request.body)
        return await self._client.request(method, path, headers=headers, content=body.encode())

    def _filled(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda found: self._names.get(found[1], found[0]), text)


def compare(shown: Part, answer: httpx.Response, names: Names) -> None:
    """Fails where the service answers something else than the page shows; learns new names."""
    told = f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}"
    assert told == shown.first, answer.text
    for name, value in shown.headers.items():
        _compare_text(value, answer.headers[name], names)
    if answer.headers.get("Content-Type") == "application/json":
        compare_json(json.loads(shown.body), answer.json(), names)
    else:
        actual = answer.text.lstrip("\ufeff").replace("\r\n", "\n").strip()
        _compare_text(shown.body, actual, names)


def compare_json(shown: Any, actual: Any, names: Names) -> None:
    """Members in the page's order, too: a reader compares by eye."""
    if isinstance(shown, dict):
        assert isinstance(actual, dict)
        members = [member for member in shown if member != "…"]
        assert members == [name for name in actual if name in shown or "…" not in shown]
        for member in members:
            compare_json(shown[member], actual[member], names)
    elif isinstance(shown, list):
        assert isinstance(actual, list)
        assert len(shown) == len(actual)
        for one, other in zip(shown, actual, strict=True):
            compare_json(one, other, names)
    elif isinstance(shown, str) and isinstance(actual, str):
        _compare_text(shown, actual, names)
    else:
        assert shown == actual


def _compare_text(shown: str, actual: str, names: Names) -> None:
    known = PLACEHOLDER.sub(lambda found: names.get(found[1], found[0]), shown)
    pattern = _pattern(known)
    found = re.fullmatch(pattern, TIME.sub("(time)", actual), re.DOTALL)
    assert found, f"the page shows {known!r}, the service says {actual!r}"
    names.update(found.groupdict())


def _pattern(shown: str) -> str:
    pieces = re.split(r"(\{\w+\}|^…$)", TIME.sub("(time)", shown), flags=re.MULTILINE)
    return "".join(
        f"(?P<{piece[1:-1]}>.+?)"
        if PLACEHOLDER.fullmatch(piece)
        else ".*"
        if piece == "…"
        else re.escape(piece)
        for piece in pieces
    )
