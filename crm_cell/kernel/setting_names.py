"""Variables of the environment that look like settings of ours and are none.

Kubernetes and Docker put variables of their own into every container (service links), named after
whatever service runs beside it: `CRM_PORT=tcp://10.0.0.7:8001`, `CRM_CELL_SERVICE_HOST=10.0.0.7`.
They are not settings, and a service called `crm` must not keep this one from starting.
"""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

PREFIX = "CRM_"
# Settings that do not begin with CRM_ share these beginnings.
_OTHER_PREFIXES = ("CELL_SIGNING_", "PLATFORM_AUTH_")
# One or two letters wrong in a name of ordinary length; other products' names are further away.
_SIMILAR = 0.86

_LINK_NAME = re.compile(
    r"_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$"
)
_LINK_VALUE = re.compile(r"(tcp|udp|sctp)://")


def is_service_link(variable: str, value: str) -> bool:
    if _LINK_NAME.search(variable):
        return True
    return variable.endswith("_PORT") and _LINK_VALUE.match(value) is not None


def unknown_names(environment: Mapping[str, str], known: Collection[str]) -> list[str]:
    """Those that begin as our settings do, are none, and are no service links."""
    return sorted(
        variable
        for variable, value in environment.items()
        if variable.startswith((PREFIX, *_OTHER_PREFIXES))
        and variable not in known
        and not is_service_link(variable, value)
    )


def probably_meant(variable: str, known: Collection[str]) -> str | None:
    """The setting that the name of an unknown one nearly is."""
    for name in (variable.removeprefix(PREFIX), variable.removesuffix("_FILE")):
        if name in known:
            return name
    near = get_close_matches(variable, known, n=1, cutoff=_SIMILAR)
    return near[0] if near else None
