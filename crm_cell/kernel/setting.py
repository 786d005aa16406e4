"""How one thing is set from outside."""

import msgspec

Complaint = tuple[str, str]
"""The variable that is set wrong, and what it takes."""


class Bounds(msgspec.Struct, frozen=True):
    """What a number may be."""

    least: int
    most: int | None = None
    or_zero: bool = False

    def hold(self, value: int) -> bool:
        if value == 0 and self.or_zero:
            return True
        return self.least <= value and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return f"{self.least} to {self.most}{', or 0' if self.or_zero else ''}"


class Setting(msgspec.Struct, frozen=True):
    """The environment variable, and what it means. What is long or secret may also be the content
    of a file, whose path is then in the variable with `_FILE` behind it."""

    variable: str
    meaning: str
    by_file: bool = False
    bounds: Bounds | None = None
