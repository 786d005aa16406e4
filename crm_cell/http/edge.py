"""What every request meets before its handler, as the operator has set it."""

import msgspec
from msgspec import field

from crm_cell.http.admission import Admission
from crm_cell.http.base_path import BasePath
from crm_cell.http.cors import Cors
from crm_cell.http.local_only import LocalOnly
from crm_cell.http.rate_limits import RateLimits


class Edge(msgspec.Struct, kw_only=True):
    base_path: BasePath = field(default_factory=BasePath)
    cors: Cors = field(default_factory=Cors)
    rate_limits: RateLimits = field(default_factory=RateLimits)
    local_only: LocalOnly | None = None
    admission: Admission = field(default_factory=Admission)
