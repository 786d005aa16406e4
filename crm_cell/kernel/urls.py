"""URLs as they may be shown: without the user and password that they can carry."""

import re

# Up to the last @ before the path, as browsers and libraries read it.
_CREDENTIALS = re.compile(r"^([^/?#]*//)?[^/?#]*@")


def without_credentials(url: str) -> str:
    return _CREDENTIALS.sub(lambda found: f"{found[1] or ''}***@", url)
