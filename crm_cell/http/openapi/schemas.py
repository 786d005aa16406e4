"""Component schemas: msgspec's own for the declared structs, with what it cannot know."""

import re
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from crm_cell.http.answers import Answer, Resource, Stream
from crm_cell.http.errors import ErrorView
from crm_cell.http.openapi.members import MEMBERS
from crm_cell.http.routing import Route
from crm_cell.http.schema import Body, PatchFields, View, rules_of
from crm_cell.kernel.masking import mask_phone

Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"
# What a body says of a member is true of the same member of the view that answers it.
_SHARED = (
    "description",
    "enum",
    "examples",
    "format",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "pattern",
)


class Schemas:
    """The schemas of all that the routes take and give, by component name."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = list(routes)
        kinds = self._kinds()
        references, raw = msgspec.json.schema_components(kinds, ref_template=_PREFIX + "{name}")
        self._references = dict(zip(kinds, map(tidy, references), strict=True))
        self.components: dict[str, Schema] = {}
        for name, schema in raw.items():
            self._add(component_name(name), tidy(schema))
        self._finish()

    def of(self, kind: Any) -> Schema:
        """A reference for a struct, the schema itself for anything simpler."""
        reference: Schema = self._references[kind]
        return reference

    def _kinds(self) -> list[Any]:
        bodies = [route.binding.body for route in self._routes if route.binding.body]
        views = [kind for route in self._routes if (kind := shown(route)) is not None]
        patched = [kind.view for kind in bodies if issubclass(kind, PatchFields)]
        others = [type(view) for route in self._routes for view in route.others.values()]
        rows = [row for kind in bodies for row in rows_of(kind).values()]
        return list(dict.fromkeys([*bodies, *rows, *views, *patched, *others, ErrorView]))

    def _add(self, name: str, schema: Schema) -> None:
        assert name not in self.components, f"two structs want the name {name}"
        schema.pop("title", None)
        schema["properties"] = {
            member: type_first(MEMBERS.get(member, {}) | told)
            for member, told in schema.get("properties", {}).items()
        }
        self.components[name] = schema

    def _finish(self) -> None:
        """Views learn from bodies, then patches from views."""
        inputs = [kind for kind in self._references if is_input(kind)]
        outputs = self.components.keys() - {self._name(kind) for kind in inputs}
        omitting = {self._name(kind) for kind in self._references if omits_defaults(kind)}
        for name in outputs:
            complete(self.components[name], omits=name in omitting)
        for kind in inputs:
            for member, row in rows_of(kind).items():
                self.components[self._name(kind)]["properties"][member]["items"] = self.of(row)
        for body, view in self._answered():
            teach(self.components[self._name(body)], self.components[self._name(view)])
        for kind in inputs:
            tell_defaults(self.components[self._name(kind)])
            if issubclass(kind, PatchFields):
                accept_echoes(
                    self.components[self._name(kind)], self.components[self._name(kind.view)]
                )

    def _name(self, kind: Any) -> str:
        return str(self._references[kind]["$ref"]).removeprefix(_PREFIX)

    def _answered(self) -> Iterable[tuple[Any, type[View]]]:
        for route in self._routes:
            body = route.binding.body
            if body is not None and gives_resource(route):
                yield body, shown(route)


def shown(route: Route) -> Any:
    """The type whose JSON a success carries; None when it carries none that is declared."""
    kinds = [kind for kind in _parts(route.binding.returns) if kind not in (Answer, Stream)]
    kind = kinds[0] if kinds else None
    if get_origin(kind) is Resource:
        return get_args(kind)[0]
    return None if kind in (None, NoneType) else kind


def gives_resource(route: Route) -> bool:
    """Whether a success is one object with a version, and so has an ETag."""
    return any(get_origin(kind) is Resource for kind in _parts(route.binding.returns))


def component_name(name: str) -> str:
    """CustomerView is Customer to the outside, and Page[CustomerView] CustomerPage."""
    if paged := re.fullmatch(r"Page_(\w+?)(View)?_", name):
        return f"{paged[1]}Page"
    return name.removesuffix("View")


def is_input(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Body | PatchFields)


def rows_of(kind: Any) -> dict[str, type]:
    """The members that are lists of something that the domain checks, and of what."""
    return {member: rule.of for member, rule in rules_of(kind).items() if rule.of}


def omits_defaults(kind: Any) -> bool:
    config = getattr(kind, "__struct_config__", None)
    return config is not None and bool(config.omit_defaults)


def tidy(schema: Mapping[str, Any]) -> Schema:
    """The same schema with our names, and in the short form that people read."""
    told = {key: _tidy_value(key, value) for key, value in schema.items()}
    if told.get("format") == "date-time":
        told["type"] = "string"  # msgspec goes by what is kept, which is milliseconds
    if told.get("default", 0) is None:
        del told["default"]
    if not told.get("required", True):
        del told["required"]
    return _nullable(told)


def _tidy_value(key: str, value: Any) -> Any:
    if key == "$ref":
        return _PREFIX + component_name(value.removeprefix(_PREFIX))
    if key == "properties":
        return {name: tidy(part) for name, part in value.items()}
    if key == "anyOf":
        return [tidy(part) for part in value]
    if key in ("items", "additionalProperties") and isinstance(value, dict):
        return tidy(value)
    return value


def _nullable(schema: dict[str, Any]) -> Schema:
    """`anyOf` of one type and null becomes that type or null, where it has a type of its own."""
    match schema.get("anyOf"):
        case [{"type": str(kind)} as told, {"type": "null"}] if "properties" not in told:
            rest = {key: value for key, value in schema.items() if key != "anyOf"}
            enum = {"enum": [*told["enum"], None]} if "enum" in told else {}
            return {**told, **rest, **enum, "type": [kind, "null"]}
    return schema


def complete(schema: Schema, *, omits: bool) -> None:
    """What is sent: every member is there, unless its default is what is left out."""
    for told in schema["properties"].values():
        told.pop("default", None)
        if omits and isinstance(told.get("type"), list):
            told["type"] = told["type"][0]
    if not omits:
        schema["required"] = list(schema["properties"])


def tell_defaults(body: Schema) -> None:
    """A default in words: generators of clients take a member that has one for required."""
    for told in body["properties"].values():
        if "default" in told:
            default = told.pop("default")
            value = str(default).lower() if isinstance(default, bool) else default
            meaning = told.get("description", "")
            told["description"] = f"{meaning}（默认 {value} · {value} by default）"


def teach(body: Schema, view: Schema) -> None:
    """A view's members are bounded and explained as the body's of the same name are."""
    for member, told in view["properties"].items():
        taken = body["properties"].get(member, {})
        known = {key: taken[key] for key in _SHARED if key in taken}
        if is_phone(member):
            known.pop("pattern", None)
            known["examples"] = [mask_phone(number) for number in known.get("examples", [])]
        view["properties"][member] = told | known


def accept_echoes(patch: Schema, view: Schema) -> None:
    """Clients send back what they read: what the service keeps is taken unchanged."""
    for member, told in patch["properties"].items():
        if is_phone(member):
            told.pop("pattern", None)
    for member, told in view["properties"].items():
        patch["properties"].setdefault(member, told | {"readOnly": True})
    patch["additionalProperties"] = False


def type_first(schema: Schema) -> Schema:
    return {key: schema[key] for key in sorted(schema, key=lambda key: key != "type")}


def is_phone(member: str) -> bool:
    return member.lower().endswith("phone")


def _parts(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
