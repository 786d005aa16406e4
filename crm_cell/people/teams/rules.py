"""Whose records leaders see."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from crm_cell.kernel.hierarchy import Parents, line_of

LEADER, MEMBER = "leader", "member"


class Membership(NamedTuple):
    team_id: str
    user_id: str
    role: str


def reach(parents: Parents, memberships: Iterable[Membership]) -> set[tuple[str, str]]:
    """Leaders and whom they see: everybody in the teams that they lead and below, themselves
    included."""
    leaders: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    for team_id, user_id, role in memberships:
        users[team_id].add(user_id)
        if role == LEADER:
            leaders[team_id].add(user_id)
    found: set[tuple[str, str]] = set()
    for team_id, those in users.items():
        for above in line_of(parents, team_id):
            found.update((leader, user) for leader in leaders.get(above, ()) for user in those)
    return found | {(leader, leader) for those in leaders.values() for leader in those}
