"""What goes over the wire: bodies in, views out, camelCase, nothing unknown."""

from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from crm_cell.http.fields import Bad, Check, Label, flag, flag_from_text, is_masked_phone
from crm_cell.http.json_body import printable
from crm_cell.kernel.errors import BadRequest, Fault
from crm_cell.kernel.masking import is_masked_email
from crm_cell.kernel.text import is_blank

S = TypeVar("S", bound=msgspec.Struct)
F = TypeVar("F", bound="PatchFields")

# Far beyond any object here. Each unknown member is named in the answer, and a million names
# would make an answer many times the size of the question.
_MOST_MEMBERS = 1000


class Body(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A request's JSON object. Members without a default are required."""


class Query(msgspec.Struct, kw_only=True, rename="camel"):
    """A request's query parameters."""

    narrows: ClassVar[bool] = True
    """Whether they decide which rows a list has: then they tie its cursors."""


class View(msgspec.Struct, kw_only=True, rename="camel"):
    """An object in an answer."""


class PatchFields(msgspec.Struct, kw_only=True, rename="camel"):
    """Which members a PATCH may change. `view` is what the client has read before."""

    view: ClassVar[type[View]]


class Patch(Generic[F]):
    """A JSON merge patch, checked but not yet compared with what is there."""

    def __init__(
        self, given: dict[str, Any], echoes: dict[str, Any], rules: Mapping[str, "Rule"]
    ) -> None:
        self._given = given
        self._echoes = echoes
        self._rules = rules

    def against(self, shown: View, current: msgspec.Struct) -> dict[str, Any]:
        """What really changes, by attribute name.

        Members that the service keeps, and what is masked, may be sent back as they were shown;
        with another value they are refused.
        """
        seen = msgspec.to_builtins(shown)
        faults = [
            Fault(member, _not_an_echo(value), label=self._label(member))
            for member, value in self._echoes.items()
            if not _same(seen[member], value)
        ]
        if faults:
            raise BadRequest(faults)
        return {
            name: value for name, value in self._given.items() if getattr(current, name) != value
        }

    def _label(self, member: str) -> Label | None:
        return self._rules[member].label if member in self._rules else None


def _same(shown: Any, sent: Any) -> bool:
    """Python's 0 equals its False, JSON's does not."""
    return bool(shown == sent) and isinstance(shown, bool) == isinstance(sent, bool)


class Rule(msgspec.Struct, frozen=True):
    """How one member is checked."""

    attribute: str
    check: Check
    required: bool
    nullable: bool
    from_text: Callable[[str], Any] | None = None
    """How a query parameter's text becomes the value that is checked."""
    of: type | None = None
    """What the items of a list should be."""
    label: Label | None = None
    """What people call it."""
    has_default: bool = False
    """Whether a create fills it in where it is absent."""


def validate(tree: Any, kind: type[S]) -> S:
    """Make a `kind` of the members sent; raises BadRequest with every fault there is."""
    values, faults = check_members(tree, kind)
    if faults:
        raise BadRequest(faults)
    return kind(**values)


def check_members(tree: Any, kind: type[S]) -> tuple[dict[str, Any], list[Fault]]:
    """The cleaned values by attribute, and the faults; for callers who go on with both."""
    members, faults = _members(tree)
    rules = rules_of(kind)
    values: dict[str, Any] = {}
    for member, value in members.items():
        if (rule := rules.get(member)) is None:
            faults.append(Fault(printable(member), "unknown"))
        else:
            _check(member, value, rule, values, faults)
    faults += [
        Fault(member, "required", label=rule.label)
        for member, rule in rules.items()
        if rule.required and member not in members
    ]
    return values, faults


def validate_patch(tree: Any, kind: type[F]) -> Patch[F]:
    members, faults = _members(tree)
    rules, shown = rules_of(kind), rules_of(kind.view)
    values: dict[str, Any] = {}
    echoes: dict[str, Any] = {}
    for member, value in members.items():
        rule = rules.get(member)
        if rule is not None and not _is_masked_echo(member, value):
            _check(member, value, rule, values, faults)
        elif rule is not None or member in shown:
            echoes[member] = value
        else:
            faults.append(Fault(printable(member), "unknown"))
    if faults:
        raise BadRequest(faults)
    return Patch(values, echoes, rules)


def _is_masked_echo(member: str, value: Any) -> bool:
    name = member.lower()
    return (name.endswith("phone") and is_masked_phone(value)) or (
        name.endswith("email") and isinstance(value, str) and is_masked_email(value)
    )


def _not_an_echo(value: Any) -> str:
    """What is wrong with what was sent back, but is not as it was shown."""
    if is_masked_phone(value):
        return "not_a_phone"
    return "not_an_email" if isinstance(value, str) and is_masked_email(value) else "read_only"


def _members(tree: Any) -> tuple[dict[str, Any], list[Fault]]:
    if not isinstance(tree, dict):
        raise BadRequest([Fault("body", "type", {"expected": "object"})])
    if len(tree) > _MOST_MEMBERS:
        raise BadRequest([Fault("body", "too_many", {"limit": _MOST_MEMBERS})])
    return tree, []


def _check(
    member: str, value: Any, rule: Rule, values: dict[str, Any], faults: list[Fault]
) -> None:
    if value is None or _is_left_blank(value, rule):
        if rule.nullable:
            values[rule.attribute] = None
        elif value is None:
            faults.append(Fault(member, "null", label=rule.label))
        return
    try:
        values[rule.attribute] = rule.check(value)
    except Bad as bad:
        code = "empty" if bad.code == "type" and _is_blank(value) else bad.code
        faults.append(Fault(member, code, bad.params, rule.label))


def _is_left_blank(value: Any, rule: Rule) -> bool:
    """Forms send an empty string for an optional field that was left blank."""
    return _is_blank(value) and (rule.nullable or rule.has_default)


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and is_blank(value)


@cache
def rules_of(kind: type[msgspec.Struct]) -> Mapping[str, Rule]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        field.encode_name: _rule(field, hints[field.name], is_patch=issubclass(kind, PatchFields))
        for field in msgspec.structs.fields(kind)
    }


def _rule(field: msgspec.structs.FieldInfo, hint: Any, *, is_patch: bool) -> Rule:
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    extra: dict[str, Any] = next(filter(None, map(_extra, parts)), {"check": _as_it_is})
    nullable = type(None) in parts
    return Rule(
        field.name,
        extra["check"],
        field.required,
        nullable,
        extra.get("from_text"),
        extra.get("of"),
        extra.get("label"),
        has_default=not field.required and not is_patch,
    )


def _extra(hint: Any) -> dict[str, Any] | None:
    if hint is bool:
        return {"check": flag, "from_text": flag_from_text}
    if get_origin(hint) is Annotated:
        metas = [meta for meta in get_args(hint)[1:] if isinstance(meta, msgspec.Meta)]
        return next((meta.extra for meta in metas if meta.extra), None)
    return None


def _as_it_is(value: Any) -> Any:
    return value
