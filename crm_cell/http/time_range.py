"""The query parameters `from` and `to`: a half-open range of times."""

from typing import Annotated

from msgspec import Meta

from crm_cell.fields.date_checks import time

From = Annotated[
    int,
    time(),
    Meta(description="起始时间（含） · From this time on", examples=["2026-11-01T00:00:00Z"]),
]
To = Annotated[
    int,
    time(),
    Meta(description="截止时间（不含） · Before this time", examples=["2026-12-01T00:00:00Z"]),
]
