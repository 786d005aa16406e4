"""The declaration of who reads records as a member."""

from typing import Final, Literal

import msgspec

Role = Literal["read", "write"]
WRITE: Final[Role] = "write"


class MemberTable(msgspec.Struct, frozen=True):
    name: str
    record: str
    """The column with the id of the record."""


class SharedWithMembers(msgspec.Struct, frozen=True):
    """Lets the members of a record read these records too."""

    table: MemberTable
    local: str
    """The field with the id of the record that has members; `id` in that record itself."""
    through: str | None = None
    """Where `local` is the id of a record that belongs to it: the table of that record, which has
    the column `table.record`."""
    written: bool = False
    """Members with the role `write` change these records. They do not delete them, nor give them to
    another owner."""
    added: bool = False
    """Members with the role `write` also add such records."""
