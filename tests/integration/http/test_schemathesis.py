"""The whole API against its own document, with made-up requests.

Bounded: a few cases an operation. No 5xx, no status that the document doesn't name, and every
answer as its schema says. Source: issue, "What it must show" 7.
"""

import warnings
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Ports
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.regions import SMALL_CITY
from tests.integration.http.people import Client, Join, Person

# Thousands of made-up requests: what they pass through is counted in the tests of each route.
pytestmark = pytest.mark.no_cover
CASES = 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def document(free_api: Client, ports: Ports) -> Any:
    """What the API says of itself, in a city with regions and services."""
    load_catalog(small_catalog(), begin=ports.begin)
    load_regions(SMALL_CITY, begin=ports.begin)
    found: Any = free_api.get("/api/v1/openapi.json").json()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("who", ["student", "instructor", "admin"])
def test_every_operation_answers_as_documented(
    free_api: Client, document: Any, join: Join, admin: Person, who: str
) -> None:
    """Each role, each operation, valid and invalid requests."""
    person = admin if who == "admin" else join(f"{who}@example.com", role=who)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_dict(document)
        failures: list[str] = []
        for found in schema.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]
            try:
                _try(free_api, operation, person)
            except Exception as failure:  # noqa: BLE001 - all are shown together, at the end
                failures.append(f"{operation.label}: {_said(failure)}")
    assert not failures, "\n\n".join(failures)


def _try(api: Client, operation: Any, person: Person) -> None:
    if operation.label == "DELETE /api/v1/auth/session":
        return  # It would end the session that the others need.

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        case.headers = {**(case.headers or {}), **person.headers}
        request = case.as_transport_kwargs(base_url="http://testserver.local")
        request["headers"] = dict(request["headers"])
        api.cookies.clear()
        response = api.request(**{key: request[key] for key in request if key != "verify"})
        case.validate_response(response, checks=CHECKS)

    run()


def _said(failure: BaseException) -> str:
    inner = getattr(failure, "exceptions", None)
    if inner:
        return " | ".join(_said(one) for one in inner)
    return str(failure)[:1500]
