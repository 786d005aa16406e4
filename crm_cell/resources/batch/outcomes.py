"""What becomes of the items of a batch."""

from typing import Generic

import msgspec

from crm_cell.kernel.errors import ClientError
from crm_cell.resources.record import R


class Outcome(msgspec.Struct, Generic[R]):
    """What became of one item."""

    index: int
    status: int
    record: R | None = None
    """As it is now or, deleted, was."""
    created: bool = False
    changed: bool = False
    error: ClientError | None = None
    current: R | None = None
    """What stands in the way of a change of another version."""
