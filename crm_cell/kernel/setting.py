"""How one thing is set from outside."""

import msgspec


class Setting(msgspec.Struct, frozen=True):
    """The environment variable, and what it means. What is long or secret may also be the content
    of a file, whose path is then in the variable with `_FILE` behind it."""

    variable: str
    meaning: str
    by_file: bool = False
