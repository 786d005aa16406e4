"""Types of JSON in requests and responses, in camelCase, and their validation."""

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

from crm_cell.fields.checks import (
    Check,
    InvalidValue,
    boolean_from_text,
    check_boolean,
    is_masked_phone,
)
from crm_cell.http.json_body import printable
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.labels import Label
from crm_cell.kernel.masking import is_masked_birthday, is_masked_email, is_masked_wechat
from crm_cell.kernel.text import is_blank

S = TypeVar("S", bound=msgspec.Struct)
F = TypeVar("F", bound="PatchFields")
B = TypeVar("B", bound="Body")

# Far above any object of the API. Errors list each unknown member, so a million of them would make
# the response many times larger than the request.
_MAX_MEMBERS = 1000


class Body(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A JSON object in a request. Members without a default are required."""


class Query(msgspec.Struct, kw_only=True, rename="camel"):
    """The query parameters of a request."""

    narrows: ClassVar[bool] = True
    """Whether the parameters determine the rows of a list: then cursors depend on them."""


class View(msgspec.Struct, kw_only=True, rename="camel"):
    """An object in a response."""


class PatchFields(msgspec.Struct, kw_only=True, rename="camel"):
    """The members that a PATCH may change. `view` is the type that clients read."""

    view: ClassVar[type[View]]


class Patch(Generic[F]):
    """A validated JSON merge patch, not yet compared with the record."""

    def __init__(
        self, given: dict[str, Any], echoes: dict[str, Any], rules: Mapping[str, "Rule"]
    ) -> None:
        self._given = given
        self._echoes = echoes
        self._rules = rules

    def against(self, shown: View, current: msgspec.Struct) -> dict[str, Any]:
        """The changed values by attribute name.

        Clients may send read-only members and masked values back unchanged. Raises BadRequest for
        other values of these.
        """
        seen = msgspec.to_builtins(shown)
        field_errors = [
            FieldError(member, _not_an_echo(member, value), label=self._label(member))
            for member, value in self._echoes.items()
            # What only the answer to a write has, is nothing to compare with.
            if member in seen and not _same(seen[member], value)
        ]
        if field_errors:
            raise BadRequest(field_errors)
        return {
            name: value for name, value in self._given.items() if getattr(current, name) != value
        }

    def _label(self, member: str) -> Label | None:
        return self._rules[member].label if member in self._rules else None


class Upsert(Generic[B]):
    """A body that creates a record, or is a JSON merge patch of the one that is there: which of the
    two is known once that was looked for. `B` tells people what it may have."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    def created(self, kind: type[S]) -> S:
        """Raises BadRequest."""
        return validate(self._tree, kind)

    def patched(self, kind: type[F]) -> Patch[F]:
        """Raises BadRequest."""
        return validate_patch(self._tree, kind)


def _same(shown: Any, sent: Any) -> bool:
    """Distinguishes 0 from false, which are equal in Python."""
    return bool(shown == sent) and isinstance(shown, bool) == isinstance(sent, bool)


class Rule(msgspec.Struct, frozen=True):
    """The validation of one member."""

    attribute: str
    check: Check
    required: bool
    nullable: bool
    from_text: Callable[[str], Any] | None = None
    """Converts the text of a query parameter to the value for `check`."""
    of: type | None = None
    """The type of the items of a list."""
    label: Label | None = None
    """The name for people."""
    has_default: bool = False
    """Whether a create sets it if it is absent."""


def validate(tree: Any, kind: type[S]) -> S:
    """Make a `kind` from JSON. Raises BadRequest with all errors."""
    values, field_errors = check_members(tree, kind)
    if field_errors:
        raise BadRequest(field_errors)
    return kind(**values)


def check_members(tree: Any, kind: type[S]) -> tuple[dict[str, Any], list[FieldError]]:
    """The normalised values by attribute, and the errors."""
    members, field_errors = _members(tree)
    rules = rules_of(kind)
    values: dict[str, Any] = {}
    for member, value in members.items():
        if (rule := rules.get(member)) is None:
            field_errors.append(FieldError(printable(member), "unknown"))
        else:
            _check(member, value, rule, values, field_errors)
    field_errors += [
        FieldError(member, "required", label=rule.label)
        for member, rule in rules.items()
        if rule.required and member not in members
    ]
    return values, field_errors


def check_items(items: list[Any], kind: type[Body]) -> list[dict[str, Any]]:
    """The normalised members of each object of a list, by attribute; absent ones are left out.
    Raises InvalidValue at the first fault."""
    found = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise InvalidValue("type", f"[{index}]", expected="object")
        values, field_errors = check_members(item, kind)
        for fault in field_errors:
            raise InvalidValue(fault.code, f"[{index}].{fault.field}", **fault.params)
        found.append(values)
    return found


def validate_patch(tree: Any, kind: type[F]) -> Patch[F]:
    members, field_errors = _members(tree)
    rules, shown = rules_of(kind), rules_of(kind.view)
    values: dict[str, Any] = {}
    echoes: dict[str, Any] = {}
    for member, value in members.items():
        rule = rules.get(member)
        if rule is not None and not _is_masked_echo(member, value):
            _check(member, value, rule, values, field_errors)
        elif rule is not None or member in shown:
            echoes[member] = value
        else:
            field_errors.append(FieldError(printable(member), "unknown"))
    if field_errors:
        raise BadRequest(field_errors)
    return Patch(values, echoes, rules)


def _is_masked_echo(member: str, value: Any) -> bool:
    name = member.lower()
    return any(name.endswith(kind) and is_masked(value) for kind, is_masked in _MASKED.items())


def _is_masked_email(value: Any) -> bool:
    return isinstance(value, str) and is_masked_email(value)


_MASKED: Mapping[str, Callable[[Any], bool]] = {
    "phone": is_masked_phone,
    "email": _is_masked_email,
    "wechat": is_masked_wechat,
    "birthday": is_masked_birthday,
}


def _not_an_echo(member: str, value: Any) -> str:
    """The error code for a value that was sent back changed."""
    if member.lower().endswith(("wechat", "birthday")):
        return "malformed"
    if is_masked_phone(value):
        return "not_a_phone"
    return "not_an_email" if _is_masked_email(value) else "read_only"


def _members(tree: Any) -> tuple[dict[str, Any], list[FieldError]]:
    if not isinstance(tree, dict):
        raise BadRequest([FieldError("body", "type", {"expected": "object"})])
    if len(tree) > _MAX_MEMBERS:
        raise BadRequest([FieldError("body", "too_many", {"limit": _MAX_MEMBERS})])
    return tree, []


def _check(
    member: str, value: Any, rule: Rule, values: dict[str, Any], field_errors: list[FieldError]
) -> None:
    if value is None or _is_left_blank(value, rule):
        if rule.nullable:
            values[rule.attribute] = None
        elif value is None:
            field_errors.append(FieldError(member, "null", label=rule.label))
        return
    try:
        values[rule.attribute] = rule.check(value)
    except InvalidValue as bad:
        code = "empty" if bad.code == "type" and _is_blank(value) else bad.code
        label = None if bad.place else rule.label
        field_errors.append(FieldError(f"{member}{bad.place}", code, bad.params, label))


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
        return {"check": check_boolean, "from_text": boolean_from_text}
    if get_origin(hint) is Annotated:
        kind, *metas = get_args(hint)
        extras = [meta.extra for meta in metas if isinstance(meta, msgspec.Meta)]
        return next(filter(None, extras), None) or _extra(kind)
    return None


def _as_it_is(value: Any) -> Any:
    return value
