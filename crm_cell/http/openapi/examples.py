"""Examples of schemas, built from the examples that members declare."""

from collections.abc import Mapping
from typing import Any

from crm_cell.http.openapi.schemas import Schema

_TIME = "2026-11-23T02:26:00.123Z"
_OF_TYPE: Mapping[str, Any] = {"boolean": False, "integer": 1, "number": 1, "string": "…"}


class Examples:
    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components

    def of(self, schema: Schema) -> Any:
        """The declared example, else the default, else the minimum."""
        if "$ref" in schema:
            return self.of(self._components[schema["$ref"].rpartition("/")[2]])
        if "examples" in schema:
            return schema["examples"][0]
        if "anyOf" in schema and "type" not in schema:
            return self.of(schema["anyOf"][0])
        for key in ("default", "const", "minimum"):
            if key in schema:
                return schema[key]
        return schema["enum"][0] if "enum" in schema else self._of_type(schema)

    def _of_type(self, schema: Schema) -> Any:
        kind = schema.get("type", "object")
        name = kind if isinstance(kind, str) else kind[0]
        if schema.get("format") == "date-time":
            return _TIME
        if name == "object":
            return self._object(schema)
        if name == "array":
            return [self.of(schema["items"])] if schema.get("items") else []
        return _OF_TYPE[name]

    def _object(self, schema: Schema) -> dict[str, Any]:
        return {
            member: self.of(member_schema)
            for member, member_schema in schema.get("properties", {}).items()
            if not member_schema.get("readOnly")
        }
