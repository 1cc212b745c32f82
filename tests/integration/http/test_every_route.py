"""What holds for every route, asked of every route of the app: new ones come in by themselves.

The app runs on the world in memory, so that a thousand requests take seconds.
Source: AC-41, SE-13, SE-21…SE-24, spec 03 §10.6.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
import pytest
from attrs import evolve, frozen
from jsonschema_rs import Draft202012Validator
from litestar.testing import TestClient

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.http.openapi import complete
from entrypoints.http.policy import Idempotency
from entrypoints.http.problems import MEDIA_TYPE
from entrypoints.http.wire import decoded, encode
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import GRANTS, Role
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.kernel.ids import EntityId
from instainstru_core.ports import Ports
from instainstru_core.testing.world import PASSWORD, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client
from tests.integration.http.routes import Route, routes_of

# Thousands of requests take the same few lines, which are counted in the tests of each route.
pytestmark = pytest.mark.no_cover
CONFIG: Final = HttpConfig(mode="int", threads=4)
MIB: Final = 1024 * 1024
JSON: Final = {"Content-Type": "application/json"}
ADDRESSES: Final = {
    Role.STUDENT: "sarah.1@example.com",
    Role.INSTRUCTOR: "jane.2@example.com",
    Role.ADMIN: "root@example.com",
}
STRANGE: Final[list[Any]] = [
    *(None, True, -1, 0, 1, 2**63, 10**30, 1.0, 0.5, "", "x", "é\u202e", "2030-02-30"),
    *([], [None], [[]], {}, {"": 0}, "x" * 9_999),
]
ROUTES: Final = routes_of(create_app(World().ports, CONFIG))
DOCUMENTED: Final = [one for one in ROUTES if one.is_documented]
READING: Final = [one for one in DOCUMENTED if one.body is not None]
FIELDS: Final = [(one, field.encode_name) for one in READING for field in one.fields]
KEYED: Final = [one for one in DOCUMENTED if one.policy.idempotency is Idempotency.REQUIRED]
WITH_IDS: Final = [one for one in DOCUMENTED if one.has_id]
ASKED: Final = [(one, name) for one in DOCUMENTED for name in one.parameters]


@frozen
class Stage:
    """The app in memory, and somebody of each role."""

    client: Client
    ports: Ports
    document: Mapping[str, Any]

    def ask(
        self,
        route: Route,
        role: Role | None,
        *,
        path: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Any:
        """Ask as somebody of *role*, with a key, and see that the answer is a documented one."""
        sent = {"X-Client": "tests", **(headers or {})}
        if role is not None:
            sent["Authorization"] = f"Bearer {self._token(role)}"
        if "Idempotency-Key" not in sent:
            sent["Idempotency-Key"] = str(self.ports.ids.new(EntityId))
        self.client.cookies.clear()
        answer = self.client.request(route.method, path or route.path, headers=sent, **more)
        self._judge(route, answer)
        return answer

    def _token(self, role: Role) -> str:
        asked = SignIn(email=Email.parse(ADDRESSES[role]), password=PASSWORD)
        ports = self.ports
        return sign_in(
            asked,
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        ).tokens.access

    def _judge(self, route: Route, answer: Any) -> None:
        """Nothing breaks; a refusal is a problem; the document names the status."""
        assert answer.status_code < 500, f"{route}: {answer.text}"
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
        if route in DOCUMENTED:
            named = self.document["paths"][route.template][route.method.lower()]["responses"]
            assert str(answer.status_code) in named, f"{route}: undocumented {answer.text}"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    world = World()
    world.sign_up("Sarah", Role.STUDENT)
    world.sign_up("Jane", Role.INSTRUCTOR)
    # Where video is off its routes answer 503, which nothing here may.
    rules = evolve(world.ports.rules, video_enabled=True)
    ports = evolve(world.ports, rates=Unlimited(), rules=rules)
    root = CreateAdmin(
        email=Email.parse(ADDRESSES[Role.ADMIN]),
        password=PASSWORD,
        first_name="Ada",
        last_name="Root",
    )
    create_admin(
        root, begin=ports.begin, passwords=ports.passwords, ids=ports.ids, clock=ports.clock
    )
    app = create_app(ports, CONFIG)
    with TestClient(app, raise_server_exceptions=False) as client:
        document: dict[str, Any] = msgspec.json.decode(encode(complete(app)))
        yield Stage(client, ports, document)


def admits(route: Route, role: Role) -> bool:
    """Whether the route's declaration lets somebody of *role* pass."""
    access = route.policy.access
    if access.any_of:
        return not access.permissions.isdisjoint(GRANTS[role])
    return access.permissions <= GRANTS[role]


def allowed(route: Route) -> Role | None:
    """Whom to ask as: somebody who passes."""
    if not route.policy.access.signed_in:
        return None
    return next(role for role in Role if admits(route, role))


def codes(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json().get("code", "")


def pointers(answer: Any) -> dict[str, str]:
    """What is wrong, by where it stands."""
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


# --- who may: AC-41, spec 03 §10.6 ---


@pytest.mark.parametrize("role", [None, *Role], ids=str)
@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_each_route_admits_whom_it_declares(stage: Stage, route: Route, role: Role | None) -> None:
    """AC-41: 401 for nobody, 403 for those without the permission, and the rest pass the gate."""
    answer = stage.ask(route, role)
    if route.policy.access.signed_in and role is None:
        assert codes(answer) == (401, "invalid_token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    elif role is not None and not admits(route, role):
        assert codes(answer) == (403, "permission_denied")
    else:
        assert answer.status_code not in {401, 403}, answer.text


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_forged_token_opens_nothing(stage: Stage, route: Route) -> None:
    """AC-21: whoever can't be verified is nobody."""
    answer = stage.ask(route, None, headers={"Authorization": "Bearer forged"})
    if route.policy.access.signed_in:
        assert codes(answer) == (401, "invalid_token")
    else:
        assert answer.status_code not in {401, 403}, answer.text


# --- bodies: SE-21, SE-22 ---


@pytest.mark.parametrize("route", READING, ids=str)
def test_a_body_must_be_json_of_a_bounded_size(stage: Stage, route: Route) -> None:
    """SE-21: 400, 413 and 415, each by its code."""
    who = allowed(route)
    for content in (b"", b"{", b"nul", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}', b"\xff"):
        answer = stage.ask(route, who, content=content, headers=JSON)
        assert codes(answer) == (400, "malformed_json"), (content, answer.text)
    deep = b"[" * 33 + b"]" * 33
    assert codes(stage.ask(route, who, content=deep, headers=JSON)) == (400, "malformed_json")
    huge = b'"' + b"x" * MIB + b'"'
    assert codes(stage.ask(route, who, content=huge, headers=JSON)) == (413, "content_too_large")
    plain = stage.ask(route, who, content=b"{}", headers={"Content-Type": "text/plain"})
    assert codes(plain) == (415, "unsupported_media_type")
    assert codes(stage.ask(route, who, content=b"{}")) == (415, "unsupported_media_type")


@pytest.mark.parametrize("route", READING, ids=str)
def test_a_body_must_be_an_object_of_known_fields(stage: Stage, route: Route) -> None:
    """SE-21: what is wrong is listed, and where."""
    who = allowed(route)
    for body in (b"[]", b'"text"', b"1", b"true", b"null"):
        answer = stage.ask(route, who, content=body, headers=JSON)
        assert codes(answer) == (422, "validation_failed"), (body, answer.text)
        assert set(pointers(answer)) == {""}
    answer = stage.ask(route, who, json={"no_such_field": 1, "a/b~c": 2})
    assert codes(answer) == (422, "validation_failed")
    found = pointers(answer)
    assert (found["/no_such_field"], found["/a~1b~0c"]) == ("unknown_field", "unknown_field")
    required = {f"/{one.encode_name}" for one in route.fields if one.required}
    assert {where for where, code in found.items() if code == "missing"} == required


@pytest.mark.parametrize(("route", "name"), FIELDS, ids=str)
def test_each_field_is_judged_where_it_stands(stage: Stage, route: Route, name: str) -> None:
    """SE-21: no field takes any kind of value, NUL, or text without end; nothing breaks."""
    who = allowed(route)
    answer = stage.ask(route, who, json={name: {"no_such_field": 1}})
    assert codes(answer) == (422, "validation_failed")
    assert any(where.startswith(f"/{name}") for where in pointers(answer)), answer.text
    for bad, code in (("x\0y", "control_character"), ("x" * 10_001, "too_long")):
        answer = stage.ask(route, who, json={name: bad})
        assert codes(answer) == (422, "validation_failed")
        assert pointers(answer) == {f"/{name}": code}
    for strange in STRANGE:
        answer = stage.ask(route, who, json={name: strange})
        assert "x" * 9_000 not in answer.text


@pytest.mark.parametrize("route", READING, ids=str)
def test_no_number_or_truth_is_text_and_none_is_the_other(stage: Stage, route: Route) -> None:
    """SE-21: `"1"` is not 1, `true` is not 1, `1.0` is not 1."""
    who = allowed(route)
    for strange in ("1", True, 1.0, 1):
        body: dict[str, Any] = {one.encode_name: strange for one in route.fields}
        answer = stage.ask(route, who, json=body)
        wrong = set(pointers(answer)) if answer.status_code == 422 else set()
        for one in route.fields:
            if not _takes(one.type, strange):
                assert f"/{one.encode_name}" in wrong, (one.encode_name, strange, answer.text)


def _takes(kind: Any, value: Any) -> bool:
    """Whether a scalar of *kind* may have the Python type of *value*."""
    described = _bare(msgspec.inspect.type_info(kind))
    kinds = described.types if isinstance(described, msgspec.inspect.UnionType) else (described,)
    named = {
        msgspec.inspect.IntType: int,
        msgspec.inspect.FloatType: float,
        msgspec.inspect.BoolType: bool,
    }
    return any(named.get(type(_bare(one)), str) is type(value) for one in kinds)


def _bare(described: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """Without what only the document shows."""
    return described.type if isinstance(described, msgspec.inspect.Metadata) else described


# --- addresses, queries and keys: SE-13, SE-21, SE-22 ---


@pytest.mark.parametrize("route", WITH_IDS, ids=str)
@pytest.mark.parametrize("bad", ["x", "01jz8q5h3m7yb2k4n6p8r0t1v3", "81JZ8Q5H3M7YB2K4N6P8R0T1V3"])
def test_a_malformed_id_in_an_address_is_nowhere(stage: Stage, route: Route, bad: str) -> None:
    """SE-22: 404, as an id of nothing is."""
    path = route.template.format(**dict.fromkeys(route.names, bad))
    body: dict[str, Any] | None = None if route.body is None else {}
    answer = stage.ask(route, allowed(route), path=path, json=body)
    assert codes(answer) == (404, "not_found"), answer.text


@pytest.mark.parametrize("route", DOCUMENTED, ids=str)
def test_an_unknown_parameter_is_refused(stage: Stage, route: Route) -> None:
    """SE-21: by its name."""
    answer = stage.ask(route, allowed(route), path=f"{route.path}?no_such=1")
    assert codes(answer) == (422, "validation_failed")
    assert pointers(answer) == {"/query/no_such": "unknown_parameter"}


@pytest.mark.parametrize(("route", "name"), ASKED, ids=str)
def test_no_parameter_breaks_anything(stage: Stage, route: Route, name: str) -> None:
    """SE-21: what can't be read is refused where it stands."""
    for bad in ("", "x", "-1", "0", "1.5", "1e3", "99999999999999999999", "%00", "%ff", "%F0%9F"):
        answer = stage.ask(route, allowed(route), path=f"{route.path}?{name}={bad}")
        if answer.status_code == 422 and "errors" in answer.json():
            named = set(pointers(answer))
            assert all(one.startswith(("/query", "/header/")) for one in named), answer.text
    assert stage.ask(route, allowed(route), path=f"{route.path}?{name}=%00").status_code == 422


@pytest.mark.parametrize("route", KEYED, ids=str)
def test_a_key_is_demanded_and_read(stage: Stage, route: Route) -> None:
    """SE-13: missing, short, long and illegal keys."""
    who = allowed(route)
    assert who is not None
    sent = {"X-Client": "tests", "Authorization": f"Bearer {stage._token(who)}"}
    missing = stage.client.request(route.method, route.path, headers=sent, json={})
    assert codes(missing) == (400, "idempotency_key_required")
    for bad in ("short", "x" * 65, "sixteen letters!", "x" * 15):
        answer = stage.ask(route, who, headers={"Idempotency-Key": bad}, json={})
        assert codes(answer) == (400, "idempotency_key_invalid")


# --- what the document says of it: issue, "HTTP API" ---


@pytest.mark.parametrize("route", DOCUMENTED, ids=str)
def test_each_operation_explains_itself(stage: Stage, route: Route) -> None:
    """Issue: OpenAPI complete, with examples that are as their schemas say, and error shapes."""
    operation = stage.document["paths"][route.template][route.method.lower()]
    assert operation["summary"]
    assert operation["description"]
    answers = operation["responses"]
    good = {status: one for status, one in answers.items() if int(status) < 300}
    assert good
    for body in (operation.get("requestBody", {}), *good.values()):
        for content in body.get("content", {}).values():
            shown = {"components": stage.document["components"], **content["schema"]}
            Draft202012Validator(shown).validate(content["example"])
    for status, refusal in answers.items():
        if int(status) >= 400:
            name = refusal["$ref"].rpartition("/")[2]
            assert MEDIA_TYPE in stage.document["components"]["responses"][name]["content"]


@pytest.mark.parametrize("route", READING, ids=str)
def test_each_example_can_be_sent(stage: Stage, route: Route) -> None:
    """Issue: whoever tries the example in the documents gets past the reading of it."""
    operation = stage.document["paths"][route.template][route.method.lower()]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    assert isinstance(decoded(example, route.body), msgspec.Struct)
    answer = stage.ask(route, allowed(route), json=example)
    assert codes(answer) != (422, "validation_failed"), answer.text


def test_each_schema_is_described(stage: Stage) -> None:
    """Issue: OpenAPI complete."""
    schemas = stage.document["components"]["schemas"]
    assert [name for name, one in schemas.items() if not one.get("description")] == []
