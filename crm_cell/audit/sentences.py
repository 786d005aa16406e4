"""An entry of the trail as a sentence, for people who do not read JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from crm_cell.audit import words
from crm_cell.audit.store import Entry
from crm_cell.audit.words import Words
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.messages import Language
from crm_cell.kernel.money import DEFAULT_CURRENCY, in_major_units

# Of a long text its beginning tells which it is.
_LONGEST = 40


def sentence(entry: Entry, changes: dict[str, Any], language: Language) -> str:
    """`changes` are those of the entry, decoded."""
    say = _Speaker(language == "en")
    told = say(words.DEEDS[entry.action]).format(who=say.who(entry), what=say.what(entry, changes))
    details = _details(say, entry, changes)
    return told + say(("：", ": ")) + details if details else told


def _details(say: "_Speaker", entry: Entry, changes: dict[str, Any]) -> str:
    if entry.wiped is not None:
        return say(("内容已抹除", "what it said has been erased"))
    if entry.action == "updated":
        return say.several(
            say.change(entry.resource_type, member, change, _currency(changes))
            for member, change in changes.items()
        )
    if entry.action == "tested":
        told = ("{rows} 行，其中 {taken} 行重名", "{rows} rows, {taken} of them with a taken name")
        return say(told).format(**changes)
    if entry.action == "revealed":
        seen = say.several(say(words.MEMBERS[name]) for name in changes["fields"])
        return say(("{}，原因：{}", "{}, because: {}")).format(seen, changes["reason"])
    return ""


class _Speaker:
    """Calling it picks the language."""

    def __init__(self, english: bool) -> None:
        self._english = english

    def __call__(self, either: Words) -> str:
        return either[self._english]

    def who(self, entry: Entry) -> str:
        if entry.actor is None:
            return self(words.NOBODY)
        return self((f"{entry.actor} ", entry.actor))

    def what(self, entry: Entry, changes: dict[str, Any]) -> str:
        if entry.action == "tested":
            return self(words.SEVERAL[entry.resource_type])
        kind = self(words.RESOURCES[entry.resource_type])
        name = _short(entry.resource_name or self._instead_of_a_name(entry, changes))
        return self((f"{kind}「{name}」", f"{kind} “{name}”"))

    def _instead_of_a_name(self, entry: Entry, changes: dict[str, Any]) -> str:
        """What a follow-up says, how much a payment is; else only the id tells which it was."""
        for member in ("content", "amountCents"):
            if (change := changes.get(member)) is not None:
                value = change.get("after", change.get("before"))
                return self._value(entry.resource_type, member, value, _currency(changes))
        return entry.resource_id

    def several(self, parts: Iterable[str]) -> str:
        return self(("；", "; ")).join(parts)

    def change(
        self, resource: str, member: str, change: Mapping[str, object], currency: str
    ) -> str:
        name = self(words.MEMBERS[member])
        old, new = (
            self._value(resource, member, change[when], currency) for when in ("before", "after")
        )
        return f"{name} {old} → {new}"

    def _value(self, resource: str, member: str, value: Any, currency: str) -> str:
        if value is None:
            return self(words.NOTHING)
        if isinstance(value, bool):
            return self(words.YES_AND_NO[value])
        if meaning := words.VALUES.get((resource, member), {}).get(value):
            return self(meaning)
        if member.endswith("Cents"):
            return f"{in_major_units(value, currency):,}"
        if isinstance(value, int):
            return format_time(value)
        return _short(value)


def _currency(changes: dict[str, Any]) -> str:
    """That of an entry's amounts. A change of the amount alone does not name it."""
    change = changes.get("currency", {})
    return change.get("after") or change.get("before") or DEFAULT_CURRENCY


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
