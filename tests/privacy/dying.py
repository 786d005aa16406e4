"""`python -m tests.privacy.dying N …`: crm-cell, killed when it has written for the Nth time."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from crm_cell.cli import main
from crm_cell.privacy.erasing import Eraser
from crm_cell.storage.engine import Tenant, Tx


def die_after(writes: int) -> None:
    unit_as_it_is = Eraser._unit
    left = writes

    async def unit(self: Eraser, tenant: Tenant, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        nonlocal left
        left -= 1
        result = await unit_as_it_is(self, tenant, work)
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    Eraser._unit = unit  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    die_after(int(sys.argv[1]))
    main(sys.argv[2:])
