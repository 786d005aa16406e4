"""What is read of a list that is filtered or sorted."""

import msgspec

from crm_cell.resources.listing.conditions import Shape, Values
from crm_cell.resources.listing.order import Order, Seek
from crm_cell.resources.pages import Filters


class Narrowed(msgspec.Struct, frozen=True):
    """Which rows, in which order."""

    references: Filters
    """Exact filters by reference, of which there are counters."""
    condition: Shape
    values: Values
    order: Order
    seek: Seek | None
    broadest: str
    """What a caller whose list reads too much is asked to narrow."""
    count: bool = False
    """Whether to count the rows where no counter does."""
    most_counted: int | None = None
    """MOST_COUNTED without it."""
    among_few: bool = False
    """Whether an index leaves few rows by itself."""
