"""Things that stand below others of their kind, such as teams, or the companies of a group."""

from collections.abc import Iterable, Mapping

Parents = Mapping[str, str | None]
"""By id, the id of the one above it."""


def line_of(parents: Parents, identifier: str | None) -> Iterable[str]:
    """One and those above it. Ends where some would be above themselves."""
    passed: set[str] = set()
    while identifier is not None and identifier not in passed:
        yield identifier
        passed.add(identifier)
        identifier = parents.get(identifier)


def makes_cycle(parents: Parents, identifier: str, parent: str | None) -> bool:
    return identifier in line_of(parents, parent)
