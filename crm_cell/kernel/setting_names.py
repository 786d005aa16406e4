"""Recognises environment variables that look like settings but are not.

Kubernetes and Docker add variables to every container (service links), named after other services:
`CRM_PORT=tcp://10.0.0.7:8001`, `CRM_CELL_SERVICE_HOST=10.0.0.7`. Another service called `crm` must
not prevent this one from starting.
"""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from crm_cell.kernel.setting import PREFIX

# Prefixes of settings that do not begin with CRM_.
_OTHER_PREFIXES = ("CELL_SIGNING_", "PLATFORM_AUTH_")
# Allows one or two wrong letters in a name of ordinary length. Names of other products differ more.
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
    """Variables with a prefix of our settings that are neither settings nor service links."""
    return sorted(
        variable
        for variable, value in environment.items()
        if variable.startswith((PREFIX, *_OTHER_PREFIXES))
        and variable not in known
        and not is_service_link(variable, value)
    )


def closest_name(variable: str, known: Collection[str]) -> str | None:
    """The setting with the most similar name, if any."""
    for name in (variable.removeprefix(PREFIX), variable.removesuffix("_FILE")):
        if name in known:
            return name
    near = get_close_matches(variable, known, n=1, cutoff=_SIMILAR)
    return near[0] if near else None
