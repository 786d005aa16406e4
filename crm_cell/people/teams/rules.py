"""Whose records leaders see, and which parents a team cannot have."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

LEADER, MEMBER = "leader", "member"
Parents = Mapping[str, str | None]
"""By team, the team above it."""


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


def line_of(parents: Parents, team_id: str | None) -> Iterable[str]:
    """The team and those above it. Ends where teams would be above themselves."""
    passed: set[str] = set()
    while team_id is not None and team_id not in passed:
        yield team_id
        passed.add(team_id)
        team_id = parents.get(team_id)


def makes_cycle(parents: Parents, team_id: str, parent_id: str | None) -> bool:
    return team_id in line_of(parents, parent_id)
