"""The next step of a deal: of its open tasks, the one that is due first.

Tasks refer to deals, so this package cannot import theirs. It says what it needs of them.
"""

from collections.abc import Collection
from typing import Any, Final, Protocol, cast

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Reader

_TASK: Final = "task"


class NextStep(msgspec.Struct, frozen=True):
    task_id: str
    title: str
    due: str | None
    """A day or a time, as tasks have it."""


class NextSteps(Protocol):
    async def next_steps(
        self, tx: Reader, actor: Actor, deals: Collection[str]
    ) -> dict[str, NextStep]:
        """By deal, of those that have an open task that the caller reads."""


def next_steps_of(services: Services) -> NextSteps:
    store: Any = services.named(_TASK).store
    return cast(NextSteps, store)
