"""/tasks beyond the declared routes: closing one, with what came of it and what is next."""

from crm_cell.follow_ups.resource import follow_ups
from crm_cell.http.responses import Resource as ResourceAnswer
from crm_cell.kernel.actor import Actor
from crm_cell.resources.listing.zones import ZoneQuery
from crm_cell.resources.routing import ResourceRoutes
from crm_cell.resources.views import view_maker, view_type
from crm_cell.storage.engine import Tx
from crm_cell.tasks.resource import Task
from crm_cell.tasks.schemas import TaskClosedView, TaskDone, closing_of
from crm_cell.tasks.service import TaskService


class TaskRoutes(ResourceRoutes[Task]):
    service: TaskService

    def add_own(self) -> None:
        service = self.service
        show_follow_up = view_maker(follow_ups, view_type(follow_ups))

        @self.routes.write(
            "POST", "/{task_id}/done", "完成任务", rejections=self.rejections("done")
        )
        async def done(
            tx: Tx, actor: Actor, task_id: str, query: ZoneQuery, body: TaskDone
        ) -> ResourceAnswer[TaskClosedView]:
            """Close an open task, note what came of it, and plan what is next, all or nothing.

            The follow-up and the next task belong to what the task belongs to, unless they say
            otherwise. A task that repeats plans its next occurrence by itself, in the zone `tz`.
            """
            task = await service.get_writable(tx, actor, task_id)
            closing = closing_of(body, task, query.zone, tx.now)
            closed = await service.done(tx, actor, task, closing)
            view = TaskClosedView(
                task=self.make_view(closed.task),
                follow_up=None if closed.follow_up is None else show_follow_up(closed.follow_up),
                next=None if closed.next is None else self.make_view(closed.next),
            )
            return ResourceAnswer(view, closed.task.id, closed.task.version)
