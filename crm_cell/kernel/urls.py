"""URLs for logs, without user and password."""

import re

# Up to the last @ before the path, as browsers and libraries parse it.
_CREDENTIALS = re.compile(r"^([^/?#]*//)?[^/?#]*@")


def without_credentials(url: str) -> str:
    return _CREDENTIALS.sub(lambda found: f"{found[1] or ''}***@", url)
