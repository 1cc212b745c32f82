"""Whole examples, put together from those of the fields, for every body that the document shows."""

from collections.abc import Mapping
from typing import Any, Final

MAX_DEPTH: Final = 12
_PREFIX: Final = "#/components/schemas/"
_BY_FORMAT: Final = {
    "date-time": "2030-01-07T17:00:00Z",
    "date": "2030-01-07",
    "time": "12:00:00",
    "duration": "PT1H",
}
_BY_TYPE: Final[Mapping[str, Any]] = {
    "string": "text",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "null": None,
}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that fits *schema*: its own example, or one made of those of its parts."""
    if depth > MAX_DEPTH:
        return None
    for known in ("examples", "enum"):
        if schema.get(known):
            return schema[known][0]
    for known in ("const", "default"):
        if known in schema:
            return schema[known]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].removeprefix(_PREFIX)], schemas, depth + 1)
    for several in ("oneOf", "anyOf", "allOf"):
        if schema.get(several):
            return _of_one(schema[several], schemas, depth)
    return _of_kind(schema, schemas, depth)


def _of_one(choices: Any, schemas: Mapping[str, Any], depth: int) -> Any:
    """Of the first choice that says something: most are a kind of value, or nothing."""
    told = [choice for choice in choices if choice.get("type") != "null"] or choices
    return example_of(told[0], schemas, depth + 1)


def _of_kind(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Any:
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if kind == "array":
        item = example_of(schema.get("items", {"type": "string"}), schemas, depth + 1)
        return [item]
    if kind == "object":
        return {
            name: example_of(inner, schemas, depth + 1)
            for name, inner in schema.get("properties", {}).items()
        }
    if kind in {"integer", "number"} and "minimum" in schema:
        return max(int(schema["minimum"]), 1)
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE[kind])
