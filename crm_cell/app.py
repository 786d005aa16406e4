"""The composition root: the only module that knows every other."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import structlog

from crm_cell.audit.heads import HeadsFile
from crm_cell.audit.retention import forget_forever
from crm_cell.audit.routes import audit_logs
from crm_cell.contacts import service as contacts_service
from crm_cell.contacts.routes import contacts
from crm_cell.contracts import service as contracts_service
from crm_cell.contracts.routes import contracts
from crm_cell.customers.routes import customers
from crm_cell.customers.service import set_dependents
from crm_cell.events.retention import purge_forever as purge_events_forever
from crm_cell.follow_ups import service as follow_ups_service
from crm_cell.follow_ups.routes import follow_ups
from crm_cell.health.routes import health
from crm_cell.http.application import Application
from crm_cell.http.base_path import BASE_PATH, BasePath
from crm_cell.http.cors import Cors, read_origins
from crm_cell.http.edge import SLOTS, Concurrency, Edge
from crm_cell.http.local_only import LocalOnly
from crm_cell.http.measurements import Measurements
from crm_cell.http.openapi.routes import with_openapi
from crm_cell.http.pages import pages
from crm_cell.http.rate_limits import RateLimits
from crm_cell.http.readiness import Readiness
from crm_cell.http.request import Receive, Scope, Send
from crm_cell.http.routing import Route
from crm_cell.http.telemetry import AccessLine, Telemetry
from crm_cell.idempotency.guard import Guard
from crm_cell.idempotency.purge import purge_forever
from crm_cell.identity.door import Now
from crm_cell.identity.opening import authenticator
from crm_cell.opening import open_database, start
from crm_cell.opportunities import service as opportunities_service
from crm_cell.opportunities.routes import opportunities
from crm_cell.payments import service as payments_service
from crm_cell.payments.routes import payments
from crm_cell.reports.routes import reports
from crm_cell.reveals.dry_runs import set_daily_rows
from crm_cell.reveals.service import set_daily_limit
from crm_cell.settings import Settings
from crm_cell.storage.engine import Database
from crm_cell.storage.open import is_postgres

log = structlog.get_logger()

# While one transaction is under way, as many requests are being read, and answered.
_SLOTS_PER_CONNECTION = 4


def all_routes(public_base_path: str = BASE_PATH) -> list[Route]:
    """Every route of the service, in the order of the contract. The path is for the description."""
    resources = [
        customers,
        contacts,
        opportunities,
        follow_ups,
        contracts,
        payments,
        reports,
        audit_logs,
        health,
    ]
    routes = [route for resource in resources for route in resource.routes]
    return with_openapi(routes, public_base_path)


def _warn(settings: Settings) -> None:
    """Say what is good for one's own machine and should not stay so where others call."""
    if settings.auth_mode == "dev" and not settings.signing_secret:
        log.warning("authentication_off", why="CRM_AUTH_MODE=dev takes any bearer token")
    if settings.auth_mode == "platform" and not settings.signing_secret:
        why = (
            "the platform names no tenant, and without CELL_SIGNING_SECRET X-Tenant-Id is anybody's"
        )
        log.warning("tenant_not_signed", why=why)
    if not settings.keys.is_set:
        log.warning("encryption_off", why="CRM_ENCRYPTION_KEY is not set")
    if settings.audit_key is None:
        log.warning("audit_trail_without_key", why="CRM_AUDIT_KEY is not set")


def _edge(settings: Settings) -> Edge:
    slots = SLOTS
    if is_postgres(settings.database_url):
        slots = _SLOTS_PER_CONNECTION * settings.database_connections
    origins = read_origins(settings.cors_origins)
    return Edge(
        base_path=BasePath(settings.public_base_path),
        cors=Cors(origins),
        local_only=LocalOnly(origins) if settings.auth_mode == "dev" else None,
        rate_limits=RateLimits(
            tenant=settings.rate_limit_tenant,
            token=settings.rate_limit_token,
            burst_seconds=settings.rate_limit_burst,
        ),
        concurrency=Concurrency(settings.slots or slots),
    )


class Cell:
    """The running service: its database, its application and its background work."""

    def __init__(
        self,
        settings: Settings,
        write_access: Callable[[AccessLine], None],
        *,
        measurements_folder: Path | None = None,
        now: Now = time.time,
    ) -> None:
        """`measurements_folder` is where processes that serve together gather what they measure.
        `now` is the clock that tokens are held to."""
        self._settings = settings
        set_dependents(
            contracts_service,
            payments_service,
            contacts_service,
            opportunities_service,
            follow_ups_service,
        )
        set_daily_limit(settings.reveals_per_day)
        set_daily_rows(settings.dry_run_rows_per_day)
        self.readiness = Readiness()
        """Whoever knows why this process should get no requests adds the reason here."""
        self._measurements = Measurements(measurements_folder)
        self.database: Database = open_database(settings)
        self._authenticator = authenticator(
            settings, settings.default_tenant_id, self.database, now
        )
        self._application = Application(
            all_routes(settings.public_base_path),
            self.database,
            once=Guard(self.database),
            authenticator=self._authenticator,
            telemetry=Telemetry(write_access, self._measurements),
            pages=pages(),
            default_tenant=settings.default_tenant_id,
            signing_secret=settings.signing_secret,
            metrics_token=settings.metrics_token,
            edge=_edge(settings),
            readiness=self.readiness,
        )
        self._background: list[asyncio.Task[None]] = []
        self.started = False

    async def start(self) -> None:
        self._background += await start(self.database, self._settings)
        _warn(self._settings)
        self._background += [asyncio.create_task(upkeep) for upkeep in self._upkeep()]
        self.started = True

    def _upkeep(self) -> Iterator[Coroutine[Any, Any, None]]:
        settings = self._settings
        yield purge_forever(self.database, settings.idempotency_ttl_hours)
        yield self._measurements.share_forever()
        if settings.events_retention_days:
            yield purge_events_forever(self.database, settings.events_retention_days)
        if settings.audit_retention_days:
            yield forget_forever(self.database, settings.audit_retention_days)
        if settings.audit_heads_path is not None:
            path = Path(settings.audit_heads_path)
            file = HeadsFile(self.database, settings.chain_keys, path)
            yield file.keep(settings.audit_heads_minutes)

    def drain(self, seconds: float) -> None:
        """What is to happen before `stop`, while requests still come."""
        self._application.drain(seconds)

    async def stop(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._authenticator.stop()
        await self.database.stop()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            return self._application(scope, receive, send)
        return self._live(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server's word for start and stop; there is nothing else that it could have to say."""
        if scope["type"] != "lifespan":
            return
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})
