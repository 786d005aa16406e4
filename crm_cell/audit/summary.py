"""An entry of the audit log as a sentence, for people who do not read JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from crm_cell.audit.labels import ACTIONS, NOTHING, SYSTEM, YES_AND_NO, Labels, ResourceLabels
from crm_cell.audit.store import Entry
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.labels import Label
from crm_cell.kernel.messages import Language
from crm_cell.kernel.money import DEFAULT_CURRENCY, in_major_units

# Longer texts are truncated; their beginning identifies them.
_LONGEST = 40


def summary(entry: Entry, changes: dict[str, Any], language: Language, labels: Labels) -> str:
    """`changes` are those of the entry, decoded."""
    return _Summary(entry, changes, language, labels[entry.resource_type]).text()


class _Summary:
    def __init__(
        self, entry: Entry, changes: dict[str, Any], language: Language, labels: ResourceLabels
    ) -> None:
        self._entry = entry
        self._changes = changes
        self._english = language == "en"
        self._labels = labels

    def text(self) -> str:
        said = self._say(ACTIONS[self._entry.action]).format(who=self._who(), what=self._what())
        details = self._details()
        return said + self._say(("：", ": ")) + details if details else said

    def _say(self, label: Label) -> str:
        return label[self._english]

    def _who(self) -> str:
        actor = self._entry.actor
        return self._say((f"{actor} ", actor) if actor is not None else SYSTEM)

    def _what(self) -> str:
        kind = self._say(self._labels.name)
        if self._entry.action in ("tested", "unmasked", "checked"):
            return self._say((kind, f"{kind}s"))
        name = _short(self._entry.resource_name or self._instead_of_a_name())
        return self._say((f"{kind}「{name}」", f"{kind} “{name}”"))

    def _instead_of_a_name(self) -> str:
        """The content of a follow-up or the amount of a payment; otherwise the id."""
        for member in ("content", "amountCents"):
            if (change := self._changes.get(member)) is not None:
                return self._value(member, change.get("after", change.get("before")))
        return self._entry.resource_id

    def _details(self) -> str:
        if self._entry.redacted is not None:
            return self._say(("内容已抹除", "what it said has been erased"))
        if self._entry.action == "updated":
            said = [each for each in self._changes.items() if each[0] not in self._labels.unsaid]
            return self._joined(self._change(*each) for each in said)
        if self._entry.action == "tested":
            text = (
                "{rows} 行，其中 {taken} 行重名",
                "{rows} rows, {taken} of them with a taken name",
            )
            return self._say(text).format(**self._changes)
        if self._entry.action == "checked":
            return self._say(("{matches} 条疑似重复", "{matches} found")).format(**self._changes)
        if self._entry.action == "allowed_duplicate":
            return self._say(("原因：{reason}", "because: {reason}")).format(**self._changes)
        if self._entry.action == "unmasked":
            return self._say(("{records} 条记录", "{records} records")).format(**self._changes)
        if self._entry.action == "revealed":
            seen = self._joined(map(self._member, self._changes["fields"]))
            reason = self._changes["reason"]
            return self._say(("{}，原因：{}", "{}, because: {}")).format(seen, reason)
        return ""

    def _joined(self, parts: Iterable[str]) -> str:
        return self._say(("；", "; ")).join(parts)

    def _change(self, member: str, change: Mapping[str, object]) -> str:
        before, after = (self._value(member, change[when]) for when in ("before", "after"))
        return f"{self._member(member)} {before} → {after}"

    def _member(self, member: str) -> str:
        """The label, or the name of a member that the resource no longer has."""
        return self._say(self._labels.members.get(member, (member, member)))

    def _value(self, member: str, value: Any) -> str:
        if value is None:
            return self._say(NOTHING)
        if isinstance(value, list):
            return self._list(value, self._labels.values.get(member))
        if isinstance(value, dict):
            return _short(msgspec.json.encode(value).decode())
        if isinstance(value, bool):
            return self._say(YES_AND_NO[value])
        if meaning := self._labels.values.get(member, {}).get(value):
            return self._say(meaning)
        if member.endswith("Cents"):
            return f"{in_major_units(value, self._currency()):,}"
        if isinstance(value, int):
            return str(value) if member in self._labels.numbers else format_time(value)
        return _short(value)

    def _list(self, values: list[Any], meanings: Mapping[int | str, Label] | None) -> str:
        if meanings is None:
            return _short(msgspec.json.encode(values).decode())
        said = [self._say(meanings.get(each, (str(each), str(each)))) for each in values]
        return self._say(("、", ", ")).join(said) or self._say(NOTHING)

    def _currency(self) -> str:
        """The currency of the entry's amounts. A change of only the amount does not contain it."""
        change = self._changes.get("currency", {})
        return change.get("after") or change.get("before") or DEFAULT_CURRENCY


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
