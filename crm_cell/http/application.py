"""The HTTP layer, written directly on ASGI: everything between the server and a handler.

A request passes these stages, in this order. Comments mark them in `__call__` and `_respond`.

    preparation        request id, language, CORS headers    _prepare
    local access       in mode dev                           limits.local_only
    routing                                                  _resolve, _route
    other responses    CORS preflight, documentation pages   limits.cors, doc_pages
    headers            repeated, missing                     headers.collect
    metrics            for Prometheus                        observability.prometheus
    authentication                                           identity.authenticator
    authorization      scope, tenant, user; rate limits      _authorize
    validation         headers, body, signature, arguments   headers, bodies, binding
    concurrency        limits by tenant and kind of work     _execute, limits.policy
    handler            idempotency, transaction, rendering   _read, _write, _plain
    representation     304, compression                      _represented
    sending            common headers                        sending
    telemetry          access log, measurements              observability.telemetry

From local access to the handler, a stage ends the request by raising a CrmError, which is sent as
an error body. To add a stage, call it at its place in `__call__` (for all paths) or in `_respond`
(for routes), and list it here. There is no chain of middleware, because each link would cost an
await per request.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias

import structlog

from crm_cell.http import signature
from crm_cell.http.admission import Admission, EverybodyAsTheyAre
from crm_cell.http.arguments import arguments_of
from crm_cell.http.auth import Authenticator, Identity, bearer_token, require, scope_of, tenant_of
from crm_cell.http.bodies import BodyReader
from crm_cell.http.doc_pages import is_page, whole_page
from crm_cell.http.errors import answer_error
from crm_cell.http.headers import (
    ALLOW_DUPLICATE,
    ORIGIN,
    collect,
    is_request_id,
    trace_of,
    wrong_forms,
)
from crm_cell.http.idempotency import IdempotencyGuard, claim_of
from crm_cell.http.limits.body_timeout import BodyTimeouts
from crm_cell.http.limits.policy import RequestLimits
from crm_cell.http.observability.prometheus import Exposition, is_wanted
from crm_cell.http.observability.telemetry import Telemetry
from crm_cell.http.readiness import DRAINING, Readiness
from crm_cell.http.rendering import render, rendered
from crm_cell.http.representation import Representation, is_final, varying
from crm_cell.http.request import Receive, Request, Scope, Send
from crm_cell.http.responses import CLOSE, Answer, RolledBack, Stream
from crm_cell.http.routing import Methods, Route, Router, hides_slash
from crm_cell.http.sending import send_answer
from crm_cell.http.unmasked import RecordUnmasked, no_record, reading_in_full, record_shown
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import Clock
from crm_cell.kernel.errors import (
    BadRequest,
    CrmError,
    DuplicateSuspected,
    FieldError,
    MethodNotAllowed,
    NotFound,
)
from crm_cell.kernel.ids import IdMaker
from crm_cell.kernel.messages import PATH_NOT_FOUND, preferred_language
from crm_cell.storage.engine import Database, Tx, WriteUnit
from crm_cell.storage.errors import TakesLong

log = structlog.get_logger()

# A read may repeat X-Request-ID, because proxies add their own.
_REPEATED_ID = FieldError("X-Request-ID", "repeated")

# The status that the log and the metrics show, as in nginx, when the client closed the connection.
CLIENT_CLOSED_REQUEST = 499

ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


class Application:
    """The ASGI application over the declared routes."""

    def __init__(
        self,
        routes: Iterable[Route],
        database: Database,
        *,
        idempotency: IdempotencyGuard,
        authenticator: Authenticator,
        telemetry: Telemetry,
        pages: ASGIApp,
        default_tenant: str | None = None,
        signing_secret: str | None = None,
        metrics_token: str | None = None,
        limits: RequestLimits | None = None,
        readiness: Readiness | None = None,
    ) -> None:
        self._router = Router(routes)
        self._database = database
        self._idempotency = idempotency
        self._authenticator = authenticator
        self.admission: Admission = EverybodyAsTheyAre()
        self.record_unmasked: RecordUnmasked = no_record
        """Both to be replaced before the first request."""
        self._telemetry = telemetry
        self._pages = pages
        self._default_tenant = default_tenant
        self._signing_secret = signing_secret
        self._exposition = Exposition(
            telemetry, authenticator, token=metrics_token, signing_secret=signing_secret
        )
        limits = limits or RequestLimits()
        self._base_path = limits.base_path
        self._cors = limits.cors
        self._local_only = limits.local_only
        self._rate_limits = limits.rate_limits
        self._concurrency = limits.concurrency
        self._readiness = readiness or Readiness()
        self._draining = False
        self._body_timeouts = BodyTimeouts()
        self._bodies = BodyReader(signing_secret)
        self._representation = Representation()
        self._clock = Clock()
        # Not the maker of the database writer, whose ids must rise in the order of its writes.
        self._make_id = IdMaker().make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        # Stage "preparation"
        path = self._base_path.without(scope["path"])
        request = Request(
            scope, receive, path, self._database, self._body_timeouts, self._readiness
        )
        request.public_base = self._base_path.public
        request.headers, wrong = collect(scope["headers"])
        # Granian passes an empty Host where the request has none.
        if not request.headers.get("Host") and scope.get("http_version") == "1.1":
            wrong.append(FieldError("Host", "required"))
        self._prepare(request, wrong)
        route: Route | None = None
        try:
            try:
                # Stages "local access" and "routing"
                found = self._resolve(scope, request)
                # Stage "other responses"
                is_options = request.method == "OPTIONS"
                preflight = self._cors.preflight(request.headers) if is_options else None
                if preflight is not None:
                    answer: Answer | Stream = preflight
                elif found is None and is_page(request.path):
                    answer = await whole_page(self._pages, scope, request)
                else:
                    route = self._route(request, found)
                    answer = await self._respond(route, request, wrong)
            except CrmError as error:
                answer = answer_error(error, request.request_id, request.language)
                await request.discard_body()
            except Exception:
                log.exception("internal_error", requestId=request.request_id)
                answer = answer_error(CrmError(), request.request_id, request.language)
            # Stage "sending"
            if self._draining:
                request.extra = [*request.extra, CLOSE]
            await send_answer(answer, request, started, send)
            status = answer.status if isinstance(answer, Answer) else 200
        except asyncio.CancelledError:
            if not request.gone:
                raise
            status = CLIENT_CLOSED_REQUEST
        finally:
            request.end()
        # Stage "telemetry"
        self._telemetry.record(route, request, status, perf_counter() - started)

    def drain(self, seconds: float) -> None:
        """Begin a graceful shutdown: `/readyz` answers 503, every response closes its connection,
        and bodies that have not arrived within `seconds` are cut off."""
        self._draining = True
        self._readiness.add(DRAINING)
        self._body_timeouts.end_by(asyncio.get_running_loop().time() + seconds)

    def _prepare(self, request: Request, wrong: list[FieldError]) -> None:
        """Set what error responses need too: the language, the request id and the CORS headers."""
        headers = request.headers
        if "Accept-Language" in headers:
            request.language = preferred_language(headers["Accept-Language"])
        given = headers.get("X-Request-ID")
        if given is None or not is_request_id(given) or _REPEATED_ID in wrong:
            given = self._make_id(self._clock.now())
        request.request_id = given
        request.extra = self._cors.headers(headers)

    def _resolve(self, scope: Scope, request: Request) -> tuple[Methods, dict[str, str]] | None:
        if self._local_only is not None:
            self._local_only.check(request.method, request.path, request.headers)
        raw_path = scope.get("raw_path") or b""
        if b"%" in raw_path and hides_slash(raw_path):
            raise NotFound(PATH_NOT_FOUND)
        return self._router.resolve(request.path)

    def _route(self, request: Request, found: tuple[Methods, dict[str, str]] | None) -> Route:
        if found is None:
            raise NotFound(PATH_NOT_FOUND)
        methods, request.params = found
        route = methods.get("GET" if request.method == "HEAD" else request.method)
        if route is None:
            allowed = sorted({*methods, "HEAD"} if "GET" in methods else methods)
            raise MethodNotAllowed(allowed)
        if request.params and not route.binding.texts:
            request.path = request.path.lower()
        return route

    async def _respond(
        self, route: Route, request: Request, wrong: list[FieldError]
    ) -> Answer | Stream:
        """The stages of a route. Raises BadRequest with all errors of the validation."""
        # Stage "headers"
        if route.lenient:
            request.query = b""  # load balancers and links add parameters of their own
        elif wrong and route.kind != "write":
            wrong = [field_error for field_error in wrong if field_error != _REPEATED_ID]
        if wrong and not route.lenient:
            raise BadRequest(wrong)
        # Stage "metrics"
        if route.media and is_wanted(route, request.headers):
            return await self._exposition.answer(route, request)
        # Stages "authentication" and "authorization"
        if not route.open:
            token = bearer_token(request.headers)
            self._authorize(route, request, token, await self._authenticator.identify(token))
        try:
            # Stage "validation"
            field_errors = self._header_errors(route, request)
            if route.takes_body or self._signing_secret:
                await self._bodies.read(route, request, field_errors)
            # Only now is it known that the gateway has signed the headers.
            await self._admit(request)
            arguments = await arguments_of(route, request, field_errors, self._database)
            # Stages "concurrency", "handler" and "representation"
            answer = await self._execute(route, request, arguments)
            # Stage "audit of unmasked reads"
            await record_shown(self.record_unmasked, request, answer)
            return answer
        finally:
            if request.body_slot is not None:
                request.body_slot.leave()

    def _authorize(self, route: Route, request: Request, token: str, identity: Identity) -> None:
        require(identity, route.scope)
        request.identity = identity
        headers = request.headers
        tenant = tenant_of(headers, identity, self._default_tenant)
        user, owner = scope_of(headers, identity)
        key = headers.get("X-Request-ID")
        if not self._signing_secret:  # the gateway's signature does not cover Idempotency-Key
            key = headers.get("Idempotency-Key") or key
        ids = request.request_id, trace_of(headers), key, headers.get(ORIGIN)
        actor = Actor(tenant, user, owner, *ids, allow_duplicate=headers.get(ALLOW_DUPLICATE))
        request.actor = reading_in_full(actor, request) if route.kind != "write" else actor
        if self._rate_limits.on:
            request.extra = [*request.extra, *self._rate_limits.spend(tenant, token)]

    async def _admit(self, request: Request) -> None:
        actor = request.actor
        if actor is not None and not self.admission.is_settled(request.identity, actor):
            request.actor = await self.admission.admit(
                request.identity, actor, request.headers.get("X-User-Id")
            )

    def _header_errors(self, route: Route, request: Request) -> list[FieldError]:
        if route.lenient:
            return []
        field_errors = wrong_forms(
            request.headers,
            request_id_needed=route.needs_request_id,
            reads=route.kind != "write",
        )
        if self._signing_secret and route.kind == "write":
            field_errors += signature.unsigned_key(request.headers)
        return field_errors

    async def _execute(
        self, route: Route, request: Request, arguments: list[Any]
    ) -> Answer | Stream:
        """Runs the handler within the concurrency limits."""
        if request.actor is None:
            return await self._represented(
                route, request, await self._work(route, request, arguments)
            )
        tenant, writes = request.actor.tenant, route.kind == "write"
        if route.waits:
            request.turn = partial(self._concurrency.short.place, tenant)
            return await self._represented(
                route, request, await self._work(route, request, arguments)
            )
        if route.long or (route.long_when is not None and route.long_when(*arguments)):
            return await self._execute_long(route, request, arguments, tenant)
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
        return await self._execute_long(route, request, arguments, tenant)

    async def _execute_long(
        self, route: Route, request: Request, arguments: list[Any], tenant: str
    ) -> Answer | Stream:
        """A write continues when its client disconnects, so that it is never half done."""
        if route.kind == "write":
            await self._concurrency.long_writes.enter(tenant)
            try:
                return await self._work(route, request, arguments)
            finally:
                self._concurrency.long_writes.leave(tenant)
        request.watch()
        if route.may_stream:  # occupied until the last chunk is sent
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
        assert request.actor is not None, "every read is authenticated"
        if route.long or request.takes_long:
            # Encoding the response takes long too: both run off the event loop.
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

    async def _write(self, route: Route, request: Request, arguments: list[Any]) -> Answer:
        async def unit(tx: Tx) -> Answer:
            try:
                return render(route, request, await route.handler(tx, *arguments))
            except RolledBack as rolled_back:
                rolled_back.answer = render(route, request, rolled_back.result)
                raise

        actor = request.actor
        assert actor is not None, "every write is authenticated"
        try:
            if actor.key is None:
                return await self._database.write(route.name, actor.tenant, unit, long=route.long)
            return await self._idempotency(claim_of(route, request, arguments), unit)
        except DuplicateSuspected as refused:
            await self._after(route, actor, refused.after)
            raise
        except RolledBack as rolled_back:
            await self._after(route, actor, rolled_back.after)
            assert rolled_back.answer is not None
            return rolled_back.answer

    async def _after(self, route: Route, actor: Actor, unit: WriteUnit[None] | None) -> None:
        """Stores what outlives the rolled back write, such as its audit entry."""
        if unit is not None:
            await self._database.write(f"{route.name}.after", actor.tenant, unit)


async def _plain(route: Route, request: Request, arguments: list[Any]) -> Answer | Stream:
    result = await route.handler(*arguments)
    return result if isinstance(result, Stream) else render(route, request, result)
