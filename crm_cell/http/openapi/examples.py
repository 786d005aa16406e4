"""An example of everything, made of the examples that its members declare."""

from collections.abc import Mapping
from typing import Any

from crm_cell.http.openapi.schemas import Schema

_OF_TYPE: Mapping[str, Any] = {"boolean": False, "integer": 1, "number": 1, "string": "…"}


class Examples:
    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components

    def of(self, schema: Schema) -> Any:
        """What is declared as an example, else the default, else the least that is allowed."""
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
        if name == "object":
            return self._object(schema)
        if name == "array":
            return [self.of(schema["items"])] if schema.get("items") else []
        return _OF_TYPE[name]

    def _object(self, schema: Schema) -> dict[str, Any]:
        return {
            member: self.of(told)
            for member, told in schema.get("properties", {}).items()
            if not told.get("readOnly")
        }
