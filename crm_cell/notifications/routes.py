"""/notifications"""

from crm_cell.http.paging import RequestedCursor
from crm_cell.http.request import Request
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.scopes import READ
from crm_cell.notifications.messages import NOTIFICATION_UNKNOWN
from crm_cell.notifications.schemas import (
    NotificationQuery,
    NotificationsView,
    NotificationView,
    UnreadQuery,
    UnreadView,
)
from crm_cell.notifications.service import Notifications, State
from crm_cell.notifications.waiting import UserWaiters, until_changed
from crm_cell.storage.engine import Database, Reader, Tx


def notification_routes(notifications: Notifications, waiters: UserWaiters) -> Routes:
    async def authorize_replay(tx: Reader, actor: Actor, notification_id: str) -> None:
        """Raises NotFound. Who may not read it does not learn that a key was used for it."""
        await notifications.find(tx, actor, notification_id)

    routes = Routes(
        "/notifications",
        tag=Tag("notifications", "通知", "Notifications of the caller. Nobody else reads them."),
        missing=NOTIFICATION_UNKNOWN,
        authorize_replay=authorize_replay,
        members={
            "notificationId": {
                "description": "通知编号 · Id of the notification",
                "examples": ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c81"],
            }
        },
    )

    @routes.read("", "通知列表")
    async def list_(
        tx: Reader,
        actor: Actor,
        query: NotificationQuery,
        page: RequestedCursor,
        request: Request,
    ) -> NotificationsView:
        """The caller's notifications, newest first, and how many are unread: reminders of tasks,
        tasks that somebody else gave them, and records that they received by a handover.

        Names of records are left out where the caller no longer sees them.
        """
        shown, after = await notifications.page(
            tx, actor, unread=query.unread, after=page.after, size=page.size
        )
        data = [NotificationView.of(each, request.language) for each in shown]
        state = await notifications.state(tx, actor)
        return NotificationsView.of(data, page.cursor(after), state)

    @routes.plain("/unread", "未读通知数", waits=True)
    async def unread(
        database: Database, actor: Actor, query: UnreadQuery, request: Request
    ) -> UnreadView:
        """How many notifications are unread. With `after` and `wait`, a request is answered when
        that has changed, or the time is up. At most two requests of a user wait at once.
        """

        async def read() -> State:
            async with request.turn():
                return await database.read(
                    "notifications.state", actor.tenant, lambda tx: notifications.state(tx, actor)
                )

        if not query.wait or actor.user is None:
            return UnreadView.of(await read())
        request.watch()
        with waiters.waiting(actor.tenant, actor.user) as waiting:
            return UnreadView.of(await until_changed(read, waiting, query.after, query.wait))

    # It changes no record, so those who only read may do it.
    @routes.write("POST", "/{notification_id}/read", "标为已读", scope=READ)
    async def mark_read(tx: Tx, actor: Actor, notification_id: str) -> UnreadView:
        """Mark one notification as read. Says how many are left."""
        return UnreadView.of(await notifications.mark_read(tx, actor, notification_id))

    @routes.write("POST", "/read", "全部标为已读", scope=READ)
    async def mark_all_read(tx: Tx, actor: Actor) -> UnreadView:
        """Mark all of the caller's notifications as read."""
        return UnreadView.of(await notifications.mark_all_read(tx, actor))

    return routes
