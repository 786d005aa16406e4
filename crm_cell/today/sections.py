"""The sections of Today. Each is a filter of a list, so that it can be opened as that list."""

from typing import Final

import msgspec


class Section(msgspec.Struct, frozen=True):
    name: str
    path: str
    """Of the list."""
    user: str
    """The member that names whose record it is."""
    filter: str
    sort: str
    embed: str

    or_of_one: str = ""
    """An alternative that only the few records of one user are searched for."""

    def filter_of(self, whose: str | None) -> str:
        """`whose` is a value of the list language, None for everybody's."""
        if whose is None:
            return self.filter
        more = f"({self.filter} or {self.or_of_one})" if self.or_of_one else self.filter
        return f"{self.user} = {whose} and {more}"


def sections(stuck_days: int | None, quiet_days: int) -> list[Section]:
    """In the order in which they are shown. Without `stuck_days` each stage has its own limit."""
    is_stuck = "stuck = true" if stuck_days is None else f"stageSince < -{stuck_days}d"
    return [
        _of_tasks("overdue", "due < now"),
        _of_tasks("today", "due >= now and due <= today"),
        _of_tasks("week", "due > today and due <= +7d"),
        Section(
            "closing",
            "/opportunities",
            "ownerId",
            "status = 1 and expectedCloseOn <= +7d",
            "expectedCloseOn",
            "customer",
        ),
        Section(
            "stuck",
            "/opportunities",
            "ownerId",
            f"status = 1 and {is_stuck}",
            "stageSince",
            "customer",
        ),
        Section("newlyAssigned", "/customers", "ownerId", "newlyAssigned = true", "-updatedAt", ""),
        Section(
            "quiet",
            "/customers",
            "ownerId",
            f"lastFollowUpAt < -{quiet_days}d",
            "lastFollowUpAt",
            "",
            f"(lastFollowUpAt is empty and createdAt < -{quiet_days}d)",
        ),
    ]


def _of_tasks(name: str, due: str) -> Section:
    return Section(
        name, "/tasks", "assigneeId", f'status = "open" and {due}', "due", "customer,opportunity"
    )


NAMES: Final = tuple(each.name for each in sections(1, 1))
