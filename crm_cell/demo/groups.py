"""A group of companies: two of the same brand are subsidiaries of a third one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from crm_cell.demo import words
from crm_cell.demo.actions import Action, Entry, customer_key
from crm_cell.demo.clients import Client

_MEMBERS = 3


def group_formed(
    clients: list[Client], first_days: Mapping[int, int], last_day: int
) -> Iterator[Entry]:
    """One salesperson enters it when all of its companies are there."""
    for members in _of_one_brand(clients).values():
        known = [each for each in members if first_days[each.number] < last_day]
        if len(known) >= _MEMBERS:
            group, *subsidiaries = known[:_MEMBERS]
            day = 1 + max(first_days[each.number] for each in known[:_MEMBERS])
            above = {"parent_id": customer_key(group)}
            for each in subsidiaries:
                action = Action(customer_key(each), {}, above, is_change=True)
                yield Entry(day, each, action)
            return


def _of_one_brand(clients: list[Client]) -> dict[tuple[str, str], list[Client]]:
    found: dict[tuple[str, str], list[Client]] = defaultdict(list)
    brands = [each.partition("=")[0] for each in words.BRANDS.split()]
    for client in clients:
        for brand in brands:
            if client.name not in words.TWICE and client.profile.short_name.startswith(brand):
                found[client.owner, brand].append(client)
    return found
