"""A group of companies: two of the same brand are subsidiaries of a third one."""

from collections import defaultdict

from crm_cell.demo import words
from crm_cell.demo.actions import Action, Entry, customer_key
from crm_cell.demo.clients import Client

_MEMBERS = 3


def group_formed(clients: list[Client], entries: list[Entry], last_day: int) -> list[Entry]:
    """One salesperson enters it, each subsidiary on a day on which the plan so far has nothing to
    do with it or the group."""
    days: dict[int, set[int]] = defaultdict(set)
    for entry in entries:
        days[entry.client.number].add(entry.day)
    for group, *subsidiaries in _of_one_brand(clients).values():
        found: list[Entry] = []
        for each in subsidiaries[: _MEMBERS - 1]:
            busy = days[group.number] | days[each.number] | {entry.day for entry in found}
            there = max(min(days[group.number]), min(days[each.number]))
            day = next((day for day in range(there, last_day) if day not in busy), last_day)
            if day < last_day:
                above = {"parent_id": customer_key(group)}
                action = Action(customer_key(each), {}, above, is_change=True)
                found.append(Entry(day, each, action))
        if len(found) == _MEMBERS - 1:
            return found
    return []


def _of_one_brand(clients: list[Client]) -> dict[tuple[str, str], list[Client]]:
    found: dict[tuple[str, str], list[Client]] = defaultdict(list)
    brands = [each.partition("=")[0] for each in words.BRANDS.split()]
    for client in clients:
        for brand in brands:
            if client.name not in words.TWICE and client.profile.short_name.startswith(brand):
                found[client.owner, brand].append(client)
    return found
