"""The membrane: everything between the socket and a handler, straight on ASGI.

In order: path and method, headers, identity, signature, body, arguments, handler, answer. Every
response leaves through `sending`, with its request id and its time; every failure becomes the one
error body.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias

import structlog

from crm_cell.http import signature
from crm_cell.http.answers import CLOSE, Answer, NotKept, Stream
from crm_cell.http.auth import (
    Authenticator,
    Identity,
    bearer_token,
    require,
    scope_of,
    tenant_of,
)
from crm_cell.http.body_timeout import BodyTimeouts
from crm_cell.http.doc_pages import is_page, whole_page
from crm_cell.http.edge import Edge
from crm_cell.http.errors import answer_error
from crm_cell.http.exposition import Exposition, is_wanted
from crm_cell.http.headers import collect, is_request_id, trace_of, wrong_forms
from crm_cell.http.json_body import parse_json
from crm_cell.http.large_bodies import LARGE, LargeBodies
from crm_cell.http.once import Claim, Once, fingerprint
from crm_cell.http.readiness import DRAINING, Readiness
from crm_cell.http.rendering import render, rendered
from crm_cell.http.representation import Representation, is_final, varying
from crm_cell.http.request import Receive, Request, Scope, Send
from crm_cell.http.routing import Methods, Route, Router, hides_slash
from crm_cell.http.sending import send_answer
from crm_cell.http.telemetry import Telemetry
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import BadRequest, CrmError, Fault, MethodNotAllowed, NotFound
from crm_cell.kernel.ids import IdMaker
from crm_cell.kernel.messages import preferred_language
from crm_cell.storage.engine import Database, Tx
from crm_cell.storage.errors import TakesLong

log = structlog.get_logger()

# What makes no difference to them refuses none: proxies add request ids of their own.
_READS = ("GET", "HEAD")
_REPEATED_ID = Fault("X-Request-ID", "repeated")

# In the log and the metrics, as nginx has it: nobody was there to be answered.
HUNG_UP = 499

ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class Application:
    """The ASGI application over the declared routes."""

    def __init__(
        self,
        routes: Iterable[Route],
        database: Database,
        *,
        once: Once,
        authenticator: Authenticator,
        telemetry: Telemetry,
        pages: ASGIApp,
        default_tenant: str | None = None,
        signing_secret: str | None = None,
        metrics_token: str | None = None,
        edge: Edge | None = None,
        readiness: Readiness | None = None,
    ) -> None:
        self._router = Router(routes)
        self._database = database
        self._once = once
        self._authenticator = authenticator
        self._telemetry = telemetry
        self._pages = pages
        self._default_tenant = default_tenant
        self._signing_secret = signing_secret
        self._exposition = Exposition(
            telemetry, authenticator, token=metrics_token, signing_secret=signing_secret
        )
        edge = edge or Edge()
        self._base_path = edge.base_path
        self._cors = edge.cors
        self._local_only = edge.local_only
        self._rate_limits = edge.rate_limits
        self._concurrency = edge.concurrency
        self._readiness = readiness or Readiness()
        self._draining = False
        self._body_timeouts = BodyTimeouts()
        self._large_bodies = LargeBodies()
        self._representation = Representation()
        # One at a time: what a body becomes takes many times its size, most of it for a moment.
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="large-body")
        self._clock = Clock()
        # A maker of its own: the writer's ids must rise without a gap in their order.
        self._make_id = IdMaker().make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        path = self._base_path.without(scope["path"])
        request = Request(
            scope, receive, path, self._database, self._body_timeouts, self._readiness
        )
        request.public_base = self._base_path.public
        request.headers, wrong = collect(scope["headers"])
        # The server gives an empty one to requests that have none.
        if not request.headers.get("Host") and scope.get("http_version") == "1.1":
            wrong.append(Fault("Host", "required"))
        self._prepare(request, wrong)
        route: Route | None = None
        try:
            try:
                if self._local_only is not None:
                    self._local_only.check(request.method, request.path, request.headers)
                found = self._resolve(scope, request.path)
                preflight = self._cors.preflight(request.method, request.headers)
                if preflight is not None:
                    answer: Answer | Stream = preflight
                elif found is None and is_page(request.path):
                    answer = await whole_page(self._pages, scope, request)
                else:
                    route = self._route(request, found)
                    answer = await self._run(route, request, wrong)
            except CrmError as error:
                answer = answer_error(error, request.request_id, request.language)
                await request.discard_body()
            except Exception:
                log.exception("internal_error", requestId=request.request_id)
                answer = answer_error(CrmError(), request.request_id, request.language)
            if self._draining:
                request.extra = [*request.extra, CLOSE]
            await send_answer(answer, request, started, send)
            status = answer.status if isinstance(answer, Answer) else 200
        except asyncio.CancelledError:
            if not request.gone:
                raise
            status = HUNG_UP
        finally:
            request.end()
        self._telemetry.record(route, request, status, perf_counter() - started)

    def drain(self, seconds: float) -> None:
        """Say that this process ends: `/readyz` answers 503, every answer closes its connection,
        and a body that has not arrived `seconds` from now is not waited for."""
        self._draining = True
        self._readiness.add(DRAINING)
        self._body_timeouts.end_by(asyncio.get_running_loop().time() + seconds)

    def _prepare(self, request: Request, wrong: list[Fault]) -> None:
        """What even a refusal needs: the language, and an id to find it by in the logs."""
        headers = request.headers
        if "Accept-Language" in headers:
            request.language = preferred_language(headers["Accept-Language"])
        given = headers.get("X-Request-ID")
        if given is None or not is_request_id(given) or _REPEATED_ID in wrong:
            given = self._make_id(self._clock.now())
        request.request_id = given
        request.extra = self._cors.headers(headers)

    def _resolve(self, scope: Scope, path: str) -> tuple[Methods, dict[str, str]] | None:
        if hides_slash(scope.get("raw_path") or b""):
            raise NotFound("path_not_found")
        return self._router.resolve(path)

    def _route(self, request: Request, found: tuple[Methods, dict[str, str]] | None) -> Route:
        if found is None:
            raise NotFound("path_not_found")
        methods, request.params = found
        if request.params:
            request.path = request.path.lower()
        route = methods.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            allowed = sorted({*methods, "HEAD"} if "GET" in methods else methods)
            raise MethodNotAllowed(allowed)
        return route

    async def _run(self, route: Route, request: Request, wrong: list[Fault]) -> Answer | Stream:
        if route.lenient:
            request.query = b""  # balancers and links add parameters of their own
        elif request.method in _READS:
            wrong = [fault for fault in wrong if fault != _REPEATED_ID]
        if wrong and not route.lenient:
            raise BadRequest(wrong)
        if route.media and is_wanted(route, request.headers):
            return await self._exposition.answer(route, request)
        if not route.open:
            token = bearer_token(request.headers)
            self._let_in(route, request, token, await self._authenticator.identify(token))
        try:
            return await self._answer(route, request)
        finally:
            if request.place is not None:
                request.place.leave()

    def _let_in(self, route: Route, request: Request, token: str, identity: Identity) -> None:
        require(identity, route.scope)
        headers = request.headers
        tenant = tenant_of(headers, identity, self._default_tenant)
        user, owner = scope_of(headers, identity)
        key = headers.get("X-Request-ID")
        if not self._signing_secret:  # it is not signed, so it must not decide what is repeated
            key = headers.get("Idempotency-Key") or key
        request.actor = Actor(tenant, user, owner, request.request_id, trace_of(headers), key)
        if self._rate_limits.on:
            request.extra = [*request.extra, *self._rate_limits.spend(tenant, token)]

    async def _answer(self, route: Route, request: Request) -> Answer | Stream:
        """Raises BadRequest with the faults of headers, query and body together."""
        faults: list[Fault] = []
        if not route.lenient:
            faults += wrong_forms(
                request.headers,
                request_id_needed=route.needs_request_id,
                reads=request.method in _READS,
            )
        if self._signing_secret and route.kind == "write":
            faults += signature.unsigned_key(request.headers)
        if route.takes_body or self._signing_secret:
            await self._take_body(route, request, faults)
        arguments = route.binding.arguments(request, faults)
        if request.actor is None:
            return await self._represented(
                route, request, await self._work(route, request, arguments)
            )
        tenant, writes = request.actor.tenant, route.kind == "write"
        if route.takes_long(arguments):
            return await self._answer_long(route, request, arguments, tenant)
        short = self._concurrency.short
        if not short.has_entered(tenant, writes=writes):
            await short.enter(tenant, writes=writes)
        try:
            answer = await self._work(route, request, arguments)
            if writes or (not route.media and is_final(request, answer)):
                return answer
            return await self._represented(route, request, answer)
        except TakesLong:
            request.takes_long = True
        finally:
            short.leave(tenant, writes=writes)
        return await self._answer_long(route, request, arguments, tenant)

    async def _answer_long(
        self, route: Route, request: Request, arguments: list[Any], tenant: str
    ) -> Answer | Stream:
        """Writes go on when their caller has hung up: they happen as a whole, or not at all."""
        if route.kind == "write":
            await self._concurrency.long_writes.enter(tenant)
            try:
                return await self._work(route, request, arguments)
            finally:
                self._concurrency.long_writes.leave(tenant)
        request.watch()
        if route.may_stream:  # held until the whole of it is sent
            await self._concurrency.streams.enter(tenant)
            request.release = partial(self._concurrency.streams.leave, tenant)
        return await self._represented(route, request, await self._work(route, request, arguments))

    async def _represented(
        self, route: Route, request: Request, answer: Answer | Stream
    ) -> Answer | Stream:
        if route.media:
            answer.headers = varying(answer.headers, b"Accept")
        if is_final(request, answer):
            return answer
        return await self._representation.of(request, answer)

    def _work(
        self, route: Route, request: Request, arguments: list[Any]
    ) -> Awaitable[Answer | Stream]:
        if route.kind == "read":
            return self._read(route, request, arguments)
        if route.kind == "write":
            return self._write(route, request, arguments)
        return _plain(route, request, arguments)

    async def _read(self, route: Route, request: Request, arguments: list[Any]) -> Answer:
        assert request.actor is not None, "every read is somebody's"
        if route.long or request.takes_long:
            # And so is writing its answer: both are done off the event loop.
            return await self._database.read(
                route.name,
                request.actor.tenant,
                lambda tx: rendered(route, request, route.handler(tx, *arguments)),
                long=True,
            )
        result = await self._database.read(
            route.name, request.actor.tenant, lambda tx: route.handler(tx, *arguments), long=None
        )
        return render(route, request, result)

    async def _take_body(self, route: Route, request: Request, faults: list[Fault]) -> None:
        """Raises BadRequest with what is wrong with the body beside `faults`."""
        try:
            await self._read_body(route, request)
        except BadRequest as bad:
            raise BadRequest([*faults, *bad.faults]) from None

    async def _read_body(self, route: Route, request: Request) -> None:
        request.place = self._large_bodies.place(request.actor.tenant if request.actor else "")
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
            if request.body or "Content-Type" in headers or "Content-Encoding" in headers:
                request.check_media_type()
            body, request.body = request.body, b""
            request.tree = await self._parsed(body)

    async def _parsed(self, body: bytes) -> Any:
        """What takes more than a millisecond is read on a thread, and nobody waits for it."""
        if len(body) <= LARGE:
            return parse_json(body)
        return await asyncio.get_running_loop().run_in_executor(self._parser, parse_json, body)

    async def _write(self, route: Route, request: Request, arguments: list[Any]) -> Answer:
        async def unit(tx: Tx) -> Answer:
            try:
                return render(route, request, await route.handler(tx, *arguments))
            except NotKept as rolled_back:
                rolled_back.answer = render(route, request, rolled_back.result)
                raise

        actor = request.actor
        assert actor is not None, "every write is authenticated"
        try:
            if actor.key is None:
                return await self._database.write(route.name, actor.tenant, unit, long=route.long)
            return await self._once(_claim(route, request, arguments), unit)
        except NotKept as rolled_back:
            if rolled_back.after is not None:
                await self._database.write(f"{route.name}.after", actor.tenant, rolled_back.after)
            assert rolled_back.answer is not None
            return rolled_back.answer


async def _plain(route: Route, request: Request, arguments: list[Any]) -> Answer | Stream:
    result = await route.handler(*arguments)
    return result if isinstance(result, Stream) else render(route, request, result)


def _claim(route: Route, request: Request, arguments: list[Any]) -> Claim:
    actor, reread = request.actor, route.reread
    assert actor is not None, "every write is authenticated"
    assert actor.key is not None, "a claim is for a key"

    def again(tx: Tx) -> Awaitable[Answer]:
        assert reread is not None, "it is asked for only then"
        return rendered(route, request, reread(tx, *arguments))

    return Claim(
        route,
        actor,
        request.method,
        request.path,
        actor.key,
        fingerprint(request),
        subject=next(iter(request.params.values()), None),
        again=again if reread else None,
    )
