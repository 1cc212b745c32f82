"""How our values cross the wire, and how strictly bodies are read. Source: SE-21, SE-22."""

import json as plain_json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args, get_origin, get_type_hints

import msgspec
from litestar import MediaType, Response
from litestar._openapi.schema_generation import SchemaCreator
from litestar.dto import AbstractDTO
from litestar.dto.data_structures import DTOFieldDefinition
from litestar.openapi.spec import OpenAPIType, Reference, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.types import Serializer
from litestar.typing import FieldDefinition

from entrypoints.http.problems import Refusal, Violation, invalid
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import EntityId

MAX_DEPTH: Final = 32
MAX_ARRAY: Final = 1000
MAX_STRING: Final = 10_000
MAX_VIOLATIONS: Final = 100
MAX_MESSAGE: Final = 200
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_CONTROLS: Final = frozenset(map(chr, range(32))) - {"\n", "\t"}


def is_id(kind: Any) -> bool:
    """Whether *kind* is one of our ids."""
    return isinstance(kind, type) and issubclass(kind, EntityId)


def read_value(kind: Any, raw: Any) -> Any:
    """An id from its text.

    Raises:
        Malformed: It is none.
    """
    if not isinstance(raw, str):
        raise Malformed(f"expected text, got {type(raw).__name__}")
    if not is_id(kind):
        raise NotImplementedError(f"{kind} is no value of the wire")
    return kind.parse(raw)


def write_value(value: Any) -> Any:
    """A value of ours as JSON knows it."""
    if isinstance(value, EntityId):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} does not cross the wire")


TYPE_DECODERS: Final = [(is_id, read_value)]
TYPE_ENCODERS: Final[dict[Any, Any]] = {EntityId: str}


def encode(value: Any) -> bytes:
    """A view as JSON, byte for byte as a response carries it."""
    return msgspec.json.encode(value, enc_hook=write_value)


class Rendered(Response[Any]):
    """A response whose JSON we write ourselves: Litestar's way of finding an encoder is slow."""

    def render(self, content: Any, media_type: str, enc_hook: Serializer = write_value) -> bytes:
        """The body of *content*."""
        if media_type == MediaType.JSON and isinstance(content, msgspec.Struct):
            return encode(content)
        return super().render(content, media_type, enc_hook)


class Values(OpenAPISchemaPlugin):
    """How ids look in OpenAPI."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Whether this plugin describes *value*."""
        return is_id(value)

    def to_openapi_schema(
        self,
        field_definition: FieldDefinition,  # noqa: ARG002 - the plugin's signature
        schema_creator: SchemaCreator,  # noqa: ARG002
    ) -> Schema:
        """The schema of an id."""
        return Schema(
            type=OpenAPIType.STRING,
            pattern="^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
            description="A ULID.",
            examples=["01JZ8Q5H3M7YB2K4N6P8R0T1V3"],
        )


def strict_json(body: bytes) -> Any:
    """The JSON value in *body*, as plain Python values.

    Raises:
        Refusal: Malformed JSON: invalid UTF-8, duplicate keys, NaN or Infinity, a lone surrogate,
            a number that overflows, or more than 32 levels. Source: SE-21.
    """
    try:
        text = body.decode("utf-8")
        _check_depth(text)
        value = plain_json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
        if "\\u" in text:
            # A lone surrogate can be escaped in JSON, but is no text.
            plain_json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise malformed(_reason(error)) from None
    return value


def malformed(reason: str) -> Refusal:
    """The body can't be read at all."""
    return Refusal(400, "malformed_json", f"the body is not acceptable JSON: {reason}")


def _reason(error: Exception) -> str:
    if isinstance(error, plain_json.JSONDecodeError):
        return f"{error.msg.lower()} at position {error.pos}"
    if isinstance(error, UnicodeError):
        return "it is not valid UTF-8"
    return str(error)


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return value


def decoded(value: Any, kind: Any) -> Any:
    """*value* as *kind*, without coercion.

    Raises:
        Refusal: 422 with every violation.
    """
    found = list(_bad_text(value, ""))
    if not found:
        try:
            return msgspec.convert(value, type=kind, strict=True, dec_hook=read_value)
        except (msgspec.ValidationError, Malformed) as error:
            found = list(violations(value, kind, "")) or [_violation("", error)]
    raise invalid(found[:MAX_VIOLATIONS])


def violations(value: Any, kind: Any, pointer: str) -> Iterator[Violation]:
    """Everything that is wrong with *value* as *kind*: msgspec itself stops at the first."""
    kind = _struct_of(kind) or kind
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _struct_violations(value, kind, pointer)
        return
    items = _item_kind(kind)
    if isinstance(value, list) and items is not None:
        inner = [
            found
            for index, item in enumerate(value)
            for found in violations(item, items, f"{pointer}/{index}")
        ]
        if inner:
            yield from inner
            return
    try:
        msgspec.convert(value, type=kind, strict=True, dec_hook=read_value)
    except (msgspec.ValidationError, Malformed) as error:
        yield _violation(pointer, error)


def _struct_violations(
    value: dict[str, Any], kind: type[msgspec.Struct], pointer: str
) -> Iterator[Violation]:
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    tag = kind.__struct_config__.tag_field
    for name in sorted(value.keys() - fields.keys() - {tag}):
        yield Violation(
            pointer=f"{pointer}/{_escaped(name)}",
            code="unknown_field",
            message="there is no such field",
        )
    for name, field in fields.items():
        if name in value:
            yield from violations(value[name], hints[field.name], f"{pointer}/{name}")
        elif field.required:
            yield Violation(
                pointer=f"{pointer}/{name}", code="missing", message="this field is required"
            )


def _struct_of(kind: Any) -> Any:
    """The one Struct in `Struct | None | UNSET`, if that is what *kind* is."""
    arguments = get_args(kind)
    if not arguments:
        return None
    structs = [
        argument
        for argument in arguments
        if isinstance(argument, type) and issubclass(argument, msgspec.Struct)
    ]
    return structs[0] if len(structs) == 1 and get_origin(kind) is not list else None


def _item_kind(kind: Any) -> Any:
    if getattr(kind, "__metadata__", None):
        kind = get_args(kind)[0]
    if get_origin(kind) in (list, Sequence) or str(get_origin(kind)) == "collections.abc.Sequence":
        return get_args(kind)[0]
    return None


def _escaped(name: str) -> str:
    return name[:100].replace("~", "~0").replace("/", "~1")


def _violation(pointer: str, error: Exception) -> Violation:
    # Some messages repeat the value, and that may be as long as its sender liked.
    message = str(error).split(" - at `", maxsplit=1)[0]
    short = message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 1]}…"
    return Violation(pointer=pointer, code="invalid", message=short)


def _bad_text(value: Any, pointer: str) -> Iterator[Violation]:
    if isinstance(value, str):
        if len(value) > MAX_STRING:
            message = f"at most {MAX_STRING} characters"
            yield Violation(pointer=pointer, code="too_long", message=message)
        elif not value.isprintable() and not _CONTROLS.isdisjoint(value):
            message = "control characters are not allowed"
            yield Violation(pointer=pointer, code="control_character", message=message)
    elif isinstance(value, list):
        if len(value) > MAX_ARRAY:
            yield Violation(pointer=pointer, code="too_many", message=f"at most {MAX_ARRAY} items")
            return
        for index, item in enumerate(value):
            yield from _bad_text(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _bad_text(name, f"{pointer}/{_escaped(name)}")
            yield from _bad_text(item, f"{pointer}/{_escaped(name)}")


class StrictBody(AbstractDTO[Any]):
    """Reads every body: strict JSON into the Struct that the handler names, all faults at once.

    Litestar's own reading coerces (`"1"` passes as 1) and stops at the first fault; this is its
    door for another reading, set once for the whole application.
    """

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Nothing to prepare."""

    @classmethod
    def generate_field_definitions(cls, _model_type: type[Any]) -> Iterator[DTOFieldDefinition]:  # type: ignore[override]
        """None: bodies are Structs already."""
        return iter(())

    @classmethod
    def detect_nested_field(cls, _field_definition: FieldDefinition) -> bool:
        """Never: bodies are Structs already."""
        return False

    def decode_bytes(self, value: bytes) -> Any:
        """The body as the Struct the handler asks for."""
        return read_body(self.asgi_connection.scope, self.asgi_connection.route_handler, value)

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003 - the signature of DTOs
        schema_creator: SchemaCreator,
    ) -> Reference | Schema:
        """The Struct's own schema."""
        return schema_creator.for_field_definition(field_definition)


def read_body(scope: Any, handler: Any, body: bytes) -> Any:
    """Decode *body* for *handler*.

    Raises:
        Refusal: 415, 400 or 422.
    """
    content_type = next((value for key, value in scope["headers"] if key == b"content-type"), b"")
    if not is_json(content_type):
        raise Refusal(415, "unsupported_media_type", "send the body as application/json in UTF-8")
    value = strict_json(body)
    scope["state"]["body"] = value
    return decoded(value, handler.parsed_data_field.annotation)


def is_json(content_type: bytes) -> bool:
    """Whether it names JSON in UTF-8."""
    kind, _, parameters = content_type.decode("latin-1").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return kind.strip().lower() == "application/json" and charset in {"", "charset=utf-8"}
