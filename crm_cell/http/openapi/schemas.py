"""Component schemas: those that msgspec generates, completed by our declarations."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from crm_cell.http.errors import ErrorView
from crm_cell.http.openapi.members import members_of
from crm_cell.http.responses import Answer, Resource, Stream
from crm_cell.http.routing import Route
from crm_cell.http.schema import Body, PatchFields, View, rules_of
from crm_cell.kernel.masking import mask_birthday, mask_phone, mask_wechat

Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"
# A response's member takes these from the member of the same name in the request body.
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
    """The schemas of all bodies and responses, by component name."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = list(routes)
        self.members = members_of(self._routes)
        kinds = self._kinds()
        references, raw = msgspec.json.schema_components(kinds, ref_template=_PREFIX + "{name}")
        self._references = dict(zip(kinds, map(tidy, references), strict=True))
        self.components: dict[str, Schema] = {}
        self._optional: dict[str, set[str]] = {}
        for name, schema in raw.items():
            self._optional[component_name(name)] = optional_members(schema)
            self._add(component_name(name), tidy(schema))
        self._finish()

    def of(self, kind: Any) -> Schema:
        """A reference for a struct, the schema itself for other types."""
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
            member: type_first({**self.members.get(member, {}), **declared})
            for member, declared in schema.get("properties", {}).items()
        }
        self.components[name] = schema

    def _finish(self) -> None:
        """Views inherit from bodies, then patches from views."""
        inputs = [kind for kind in self._references if is_input(kind)]
        outputs = self.components.keys() - {self._name(kind) for kind in inputs}
        structs = [struct for kind in self._references for struct in structs_in(kind)]
        omitting = {component_name(kind.__name__) for kind in structs if omits_defaults(kind)}
        for name in outputs:
            optional = self._optional[name]
            complete(self.components[name], optional, omits=name in omitting)
        for kind in inputs:
            for member, row in rows_of(kind).items():
                self.components[self._name(kind)]["properties"][member]["items"] = self.of(row)
        for body, view in self._answered():
            inherit(self.components[self._name(body)], self.components[self._name(view)])
        for kind in inputs:
            describe_defaults(self.components[self._name(kind)])
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
    """The type of a successful response body; None where there is no declared type."""
    kinds = [kind for kind in _parts(route.binding.returns) if kind not in (Answer, Stream)]
    kind = kinds[0] if kinds else None
    if get_origin(kind) is Resource:
        return get_args(kind)[0]
    return None if kind in (None, NoneType) else kind


def gives_resource(route: Route) -> bool:
    """Whether a successful response is one object with a version, and so has an ETag."""
    return any(get_origin(kind) is Resource for kind in _parts(route.binding.returns))


def component_name(name: str) -> str:
    """CustomerView → Customer, Page[CustomerView] → CustomerPage."""
    if paged := re.fullmatch(r"(?:Page|Listing)_(\w+?)(View)?_", name):
        return f"{paged[1]}Page"
    return name.removesuffix("View")


def is_input(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Body | PatchFields)


def rows_of(kind: Any) -> dict[str, type]:
    """Members that are lists whose items the domain checks, with the type of an item."""
    return {member: rule.of for member, rule in rules_of(kind).items() if rule.of}


def structs_in(hint: Any) -> Iterator[type[msgspec.Struct]]:
    """The structs that a type is made of, itself included."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
        for below in get_type_hints(hint).values():
            yield from structs_in(below)
    for part in get_args(hint):
        yield from structs_in(part)


def omits_defaults(kind: Any) -> bool:
    config = getattr(kind, "__struct_config__", None)
    return config is not None and bool(config.omit_defaults)


def tidy(schema: Mapping[str, Any]) -> Schema:
    """The schema with our component names, in a shorter form."""
    result = {key: _tidy_value(key, value) for key, value in schema.items()}
    if result.get("format") == "date-time":
        result["type"] = "string"  # msgspec uses the stored type, milliseconds
    if result.get("default", 0) is None:
        del result["default"]
    if not result.get("required", True):
        del result["required"]
    return _nullable(result)


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
    """Shortens `anyOf` of one type and null to `"type": [type, "null"]`."""
    match schema.get("anyOf"):
        case [{"type": [*kinds]} as inner, {"type": "null"}]:
            rest = {key: value for key, value in schema.items() if key != "anyOf"}
            return {**inner, **rest, "type": [*kinds, "null"]}
        case [{"type": str(kind)} as inner, {"type": "null"}] if "properties" not in inner:
            rest = {key: value for key, value in schema.items() if key != "anyOf"}
            enum = {"enum": [*inner["enum"], None]} if "enum" in inner else {}
            return {**inner, **rest, **enum, "type": [kind, "null"]}
    return schema


def optional_members(schema: Mapping[str, Any]) -> set[str]:
    """Members that a response has only sometimes: they are unset otherwise, which is no default."""
    required = schema.get("required", ())
    members = schema.get("properties", {}).items()
    return {name for name, member in members if name not in required and "default" not in member}


def complete(schema: Schema, optional: Container[str], *, omits: bool) -> None:
    """Marks all members of a response as required, unless it omits defaults."""
    always = schema.get("required", ())
    for name, member in schema["properties"].items():
        member.pop("default", None)
        if omits and name not in always and isinstance(member.get("type"), list):
            member["type"] = member["type"][0]
    if not omits:
        schema["required"] = [name for name in schema["properties"] if name not in optional]


def describe_defaults(body: Schema) -> None:
    """Moves defaults to the description: client generators treat members with one as required."""
    for member in body["properties"].values():
        if "default" in member:
            default = member.pop("default")
            value = str(default).lower() if isinstance(default, bool) else default
            meaning = member.get("description", "")
            member["description"] = f"{meaning}（默认 {value} · {value} by default）"


def inherit(body: Schema, view: Schema) -> None:
    """Members of a view inherit bounds, descriptions, and examples if they have none of their own,
    from those of the body."""
    for member, schema in view["properties"].items():
        taken = body["properties"].get(member, {})
        known = {key: taken[key] for key in _SHARED if key in taken}
        if (mask := mask_of(member)) is not None:
            known.pop("pattern", None)
            known["examples"] = [
                mask(example) if isinstance(example, str) else example
                for example in known.get("examples", [])
            ]
        if "examples" in schema:
            known.pop("examples", None)
        view["properties"][member] = schema | known


def accept_echoes(patch: Schema, view: Schema) -> None:
    """Adds read-only members to a patch: clients may send them back unchanged."""
    for member, schema in patch["properties"].items():
        if mask_of(member) is not None:
            schema.pop("pattern", None)
    for member, schema in view["properties"].items():
        patch["properties"].setdefault(member, schema | {"readOnly": True})
    patch["additionalProperties"] = False


def type_first(schema: Schema) -> Schema:
    return {key: schema[key] for key in sorted(schema, key=lambda key: key != "type")}


def mask_of(member: str) -> Callable[[str | None], str | None] | None:
    """What answers mask a member by; then they do not have the form that requests have."""
    if member.lower().endswith("phone"):
        return mask_phone
    return {"wechat": mask_wechat, "birthday": mask_birthday}.get(member)


def _parts(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
