"""The composition root, the only module that imports all others."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

from crm_cell.api_keys.routes import api_key_routes
from crm_cell.api_keys.service import KeyService
from crm_cell.audit.heads import HeadsFile
from crm_cell.audit.retention import run_retention
from crm_cell.audit.routes import audit_routes
from crm_cell.audit.unmasked import record_unmasked
from crm_cell.calendar_feed.routes import calendar_routes
from crm_cell.calendar_feed.service import Calendars
from crm_cell.changes.routes import ChangeRoutes
from crm_cell.changes.schemas import LONGEST_WAIT_SECONDS, MOST
from crm_cell.customers.members.service import MemberService
from crm_cell.customers.resource import customers
from crm_cell.customers.routes import CustomerRoutes
from crm_cell.duplicates.pairs import DuplicatePairs
from crm_cell.duplicates.policy import PolicyService
from crm_cell.duplicates.routes import duplicate_routes, policy_routes
from crm_cell.duplicates.searching import PairSearch
from crm_cell.duplicates.service import Duplicates
from crm_cell.events.numbering import Numbering
from crm_cell.events.retention import purge_forever as purge_events_forever
from crm_cell.events.waiters import Waiters
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.follow_ups.routes import FollowUpRoutes
from crm_cell.global_search.routes import search_routes
from crm_cell.global_search.service import GlobalSearch
from crm_cell.handovers.holdings import Holdings
from crm_cell.handovers.routes import handover_routes
from crm_cell.handovers.service import HandoverService
from crm_cell.health.routes import health
from crm_cell.http.application import Application
from crm_cell.http.base_path import BasePath
from crm_cell.http.limits.cors import Cors, read_origins
from crm_cell.http.limits.local_only import LocalOnly
from crm_cell.http.limits.policy import SLOTS, Concurrency, RequestLimits
from crm_cell.http.limits.rate_limits import RateLimits
from crm_cell.http.observability.measurements import Measurements
from crm_cell.http.observability.telemetry import AccessLine, Telemetry
from crm_cell.http.openapi.routes import with_openapi
from crm_cell.http.pages import pages
from crm_cell.http.readiness import Readiness
from crm_cell.http.request import Receive, Scope, Send
from crm_cell.http.routing import BODY_LIMIT, Route, Routes
from crm_cell.idempotency.guard import DatabaseIdempotencyGuard
from crm_cell.idempotency.purge import purge_forever
from crm_cell.identity.authenticator import Now
from crm_cell.identity.factory import authenticator
from crm_cell.kernel.paging import MAX_EXPORT_SIZE, MAX_SIZE
from crm_cell.matching.guard import policies_of
from crm_cell.merges.purging import purge_forever as purge_merges_forever
from crm_cell.merges.routes import merge_routes
from crm_cell.notifications.reminders import remind_forever
from crm_cell.notifications.retention import purge_forever as purge_notifications_forever
from crm_cell.notifications.routes import notification_routes
from crm_cell.notifications.service import Notifications
from crm_cell.notifications.waiting import UserWaiters
from crm_cell.opening import open_database, start
from crm_cell.opportunities.resource import opportunities
from crm_cell.opportunities.routes import OpportunityRoutes
from crm_cell.options.routes import option_routes
from crm_cell.options.service import OptionService
from crm_cell.people.admission import Admission
from crm_cell.people.teams.routes import team_routes
from crm_cell.people.users.routes import user_routes
from crm_cell.people.users.service import UserService
from crm_cell.recycle_bin.purging import purge_forever as purge_deleted_forever
from crm_cell.recycle_bin.routes import recycle_bin_routes
from crm_cell.recycle_bin.service import RecycleBin
from crm_cell.registry import CACHED, make_services
from crm_cell.reports.routes import report_routes
from crm_cell.reports.service import Reports
from crm_cell.resources.labels import AuditLabels
from crm_cell.resources.listing.describing import field_routes
from crm_cell.resources.option_use import OptionUse
from crm_cell.resources.rebuilding import Rebuilding
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.routing import ResourceRoutes
from crm_cell.resources.services import Limits, Services
from crm_cell.resources.tag_merging import TagReplacement
from crm_cell.settings import Settings
from crm_cell.storage import background
from crm_cell.storage.engine import Database
from crm_cell.storage.open import is_postgres
from crm_cell.tags.routes import tag_routes
from crm_cell.tags.service import TagService
from crm_cell.tasks.resource import tasks
from crm_cell.tasks.routes import TaskRoutes
from crm_cell.timeline.routes import timeline_routes
from crm_cell.timeline.service import Timeline
from crm_cell.today.routes import today_routes
from crm_cell.today.service import Today
from crm_cell.whoami.routes import whoami_routes
from crm_cell.whoami.schemas import FeaturesView, LimitsView

log = structlog.get_logger()

# While one request uses a connection, others are read, validated and rendered.
_SLOTS_PER_CONNECTION = 4

# Resources with routes beyond the declared ones.
_ROUTES: dict[AnyResource, type[ResourceRoutes[Any]]] = {
    customers: CustomerRoutes,
    opportunities: OpportunityRoutes,
    follow_ups: FollowUpRoutes,
    tasks: TaskRoutes,
}


@lru_cache(CACHED)
def resource_routes(services: Services) -> list[ResourceRoutes[Any]]:
    """Made once for all applications of a process that share their services."""
    return [_ROUTES.get(each.resource, ResourceRoutes)(each) for each in services]


def all_routes(
    services: Services | None = None,
    settings: Settings | None = None,
    waiters: Waiters | None = None,
    user_waiters: UserWaiters | None = None,
) -> list[Route]:
    """All routes of the service; `settings` default to those of a service without any."""
    services = services or make_services()
    settings = settings or Settings()
    users = _user_service(services)
    lists, timelines, people = _routes_of(services)
    labels = AuditLabels(services)
    groups = [
        *lists,
        recycle_bin_routes(RecycleBin(services, settings.recycle_days), services.registry),
        *timelines,
        ChangeRoutes(services, waiters or Waiters(), settings.changes_days).routes,
        notification_routes(Notifications(services), user_waiters or UserWaiters()),
        calendar_routes(Calendars(services)),
        *people,
        _whoami(settings, users),
        audit_routes(labels.declared, labels.of_tenant),
        health,
    ]
    routes = [route for group in groups for route in group.routes]
    return with_openapi(routes, settings.public_base_path)


@lru_cache(CACHED)
def _routes_of(services: Services) -> tuple[list[Routes], list[Routes], list[Routes]]:
    """Those that need nothing but the services, made once for all applications of a process."""
    resources = resource_routes(services)
    lists = [
        *(each.routes for each in resources),
        field_routes(
            services.registry,
            [each.lists.language for each in resources],
            services.options,
            services.tags,
        ),
        search_routes(GlobalSearch(services)),
        duplicate_routes(Duplicates(services), DuplicatePairs(services)),
        policy_routes(PolicyService(policies_of(services))),
        *merge_routes(services),
        report_routes(Reports(services)),
        today_routes(Today(services)),
    ]
    people = [
        user_routes(_user_service(services), services.directory),
        team_routes(),
        option_routes(OptionService(services.options, OptionUse(services))),
        tag_routes(TagService(services.tags, TagReplacement(services))),
        handover_routes(HandoverService(services)),
        api_key_routes(KeyService(services.directory)),
    ]
    return lists, timeline_routes(Timeline(services)), people


def _user_service(services: Services) -> UserService:
    return UserService(Holdings(services).in_words, MemberService(services).remove_user)


def _whoami(settings: Settings, users: UserService) -> Routes:
    limits = LimitsView(
        page_size=MAX_SIZE,
        export_page_size=MAX_EXPORT_SIZE,
        body_bytes=BODY_LIMIT,
        changes_page_size=MOST,
        changes_wait_seconds=LONGEST_WAIT_SECONDS,
        changes_days=settings.changes_days,
        reveals_per_day=settings.reveals_per_day,
        requests_per_second=settings.rate_limit_token or None,
    )
    features = FeaturesView(
        encryption=settings.keys.is_set,
        mask_email=settings.mask_email,
        signed_requests=settings.signing_secret is not None,
    )
    return whoami_routes(settings.auth_mode, limits, features, users)


def _warn(settings: Settings) -> None:
    """Warn about settings that are only suitable for development."""
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


def _limits(settings: Settings) -> RequestLimits:
    slots = SLOTS
    if is_postgres(settings.database_url):
        slots = _SLOTS_PER_CONNECTION * settings.database_connections
    origins = read_origins(settings.cors_origins)
    return RequestLimits(
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
        """`measurements_folder` is where worker processes share their metrics. `now` is the clock
        for the expiry of tokens."""
        self._settings = settings
        self.services = make_services(
            Limits(
                settings.reveals_per_day,
                settings.dry_run_rows_per_day,
                settings.duplicate_checks_per_day,
            ),
            search_texts=settings.search_texts,
            deals=settings.deals,
            users=settings.users,
        )
        self.services.directory.forget()
        self.services.memberships.forget()
        policies_of(self.services).forget()
        self.readiness = Readiness()
        """Components add reasons here while this process should get no requests."""
        self._measurements = Measurements(measurements_folder)
        self.database: Database = open_database(settings)
        self._rebuilding = Rebuilding(self.database, self.services)
        self._waiters = Waiters()
        self._user_waiters = UserWaiters()
        self._numbering: Numbering | None = None
        if is_postgres(settings.database_url):
            self._numbering = Numbering(self.database, self._waiters)
            self.database.on_commit(self._numbering.wake)
        else:
            self.database.on_commit(self._waiters.wake)
        self._authenticator = authenticator(
            settings, settings.default_tenant_id, self.database, now
        )
        self._application = Application(
            all_routes(self.services, settings, self._waiters, self._user_waiters),
            self.database,
            idempotency=DatabaseIdempotencyGuard(self.database),
            authenticator=self._authenticator,
            telemetry=Telemetry(write_access, self._measurements),
            pages=pages(),
            default_tenant=settings.default_tenant_id,
            signing_secret=settings.signing_secret,
            metrics_token=settings.metrics_token,
            limits=_limits(settings),
            readiness=self.readiness,
        )
        self._application.record_unmasked = record_unmasked
        self._application.admission = Admission(
            self.database,
            UserService(Holdings(self.services).in_words),
            self.services.directory,
            registers=settings.register_users,
        )
        self._background: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._background += await start(self.database, self._settings)
        _warn(self._settings)
        await self._rebuilding.begin()
        self._background += [asyncio.create_task(work) for work in self._maintenance()]

    def _maintenance(self) -> Iterator[Coroutine[Any, Any, None]]:
        settings = self._settings
        yield purge_forever(self.database, settings.idempotency_ttl_hours)
        yield purge_merges_forever(self.database)
        yield self._measurements.share_forever()
        yield self._rebuilding.run_forever()
        if self._numbering is not None:
            yield self._numbering.run_forever()
            yield self._numbering.watch_forever()
        yield remind_forever(self.database, self.services)
        yield PairSearch(self.database, self.services).run_forever()
        yield self._user_waiters.watch_forever(self.database)
        if settings.notification_days:
            yield purge_notifications_forever(self.database, settings.notification_days)
        if settings.events_retention_days:
            yield purge_events_forever(self.database, settings.events_retention_days)
        if settings.recycle_days:
            yield purge_deleted_forever(self.database, self.services, settings.recycle_days)
        if settings.audit_retention_days:
            yield run_retention(self.database, settings.audit_retention_days)
        if settings.audit_heads_path is not None:
            path = Path(settings.audit_heads_path)
            file = HeadsFile(self.database, settings.chain_keys, path)
            yield file.sign_periodically(settings.audit_heads_minutes)

    def drain(self, seconds: float) -> None:
        """Begins a graceful shutdown: to call before `stop`, while requests still arrive."""
        self._application.drain(seconds)
        self._end_waits()

    def _end_waits(self) -> None:
        self._waiters.end()
        self._user_waiters.end()

    async def stop(self) -> None:
        self._end_waits()
        await background.end(self._background)
        await self._authenticator.stop()
        await self.database.stop()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            return self._application(scope, receive, send)
        return self._lifespan(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starts and stops the service by the ASGI lifespan protocol. Ignores WebSockets."""
        if scope["type"] != "lifespan":
            return
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})
