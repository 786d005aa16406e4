"""The body of a request: read within limits, verified against its signature, parsed as JSON."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from crm_cell.http import signature
from crm_cell.http.json_body import parse_json
from crm_cell.http.limits.large_bodies import LARGE, LargeBodies
from crm_cell.http.request import Request
from crm_cell.http.routing import Route
from crm_cell.http.uploads import UPLOADED, media_of
from crm_cell.kernel.errors import BadRequest, FieldError


class BodyReader:
    def __init__(self, signing_secret: str | None) -> None:
        self._signing_secret = signing_secret
        self.large = LargeBodies()
        # One thread, because parsing needs many times the memory of the body for a short time.
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="large-body")

    async def read(self, route: Route, request: Request, field_errors: list[FieldError]) -> None:
        """Raises BadRequest with `field_errors` and the errors of the body."""
        try:
            await self._read(route, request)
        except BadRequest as bad:
            raise BadRequest([*field_errors, *bad.field_errors]) from None

    async def _read(self, route: Route, request: Request) -> None:
        request.body_slot = self.large.slot(request.actor.tenant if request.actor else "")
        await request.read_body(route.body_limit)
        if self._signing_secret and not route.open:
            signature.verify(
                self._signing_secret,
                request.method,
                request.signed_path,
                request.body,
                request.headers,
            )
        if route.takes_body:
            headers = request.headers
            others = UPLOADED if route.read_file is not None else ()
            if request.body or "Content-Type" in headers or "Content-Encoding" in headers:
                request.check_media_type(others)
            body, request.body = request.body, b""
            if route.read_file is not None:
                media, charset = media_of(headers.get("Content-Type", ""))
                if media in UPLOADED:
                    read = partial(route.read_file, body, media, charset)
                    request.tree = await asyncio.get_running_loop().run_in_executor(
                        self._parser, read
                    )
                    return
            request.tree = await self._parsed(body)

    async def _parsed(self, body: bytes) -> Any:
        """Large bodies take over a millisecond, so a thread parses them."""
        if len(body) <= LARGE:
            return parse_json(body)
        return await asyncio.get_running_loop().run_in_executor(self._parser, parse_json, body)
