"""Every refusal of calendars, bookings and money, each reached through the API on real servers.

Source: spec 01, spec 02, SE-23, SE-24.
"""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from re import fullmatch
from typing import Any, Final

import pytest

from entrypoints.http.problems import status_of
from instainstru_core import admin, availability, booking, config, payments, pricing
from instainstru_core.kernel.errors import DomainError
from tests.integration.http import (
    refused_acts,
    refused_approvals,
    refused_bookings,
    refused_books,
    refused_calendars,
    refused_claims,
    refused_payments,
)
from tests.integration.http.refusal import CASES, Refused
from tests.integration.http.town import API, Town

TABLES: Final = (
    refused_calendars,
    refused_bookings,
    refused_claims,
    refused_acts,
    refused_payments,
    refused_books,
    refused_approvals,
)
"""Where the scenarios stand; importing them fills `CASES`."""

GUIDE: Final = Path(__file__).parents[3] / "docs" / "guide" / "http.md"

SPEC: Final[dict[str, int]] = {
    "too_many_windows": 422,
    "invalid_time": 422,
    "unaligned_time": 422,
    "invalid_range": 422,
    "invalid_formats": 422,
    "nonexistent_local_time": 422,
    "not_monday": 422,
    "week_mismatch": 422,
    "precondition_required": 428,
    "version_conflict": 412,
    "too_many_operations": 422,
    "out_of_horizon": 422,
    "same_week": 422,
    "range_too_long": 422,
    "range_in_past": 422,
    "blackout_exists": 409,
    "permission_denied": 403,
    "account_locked": 403,
    "account_restricted": 403,
    "credit_balance_negative": 403,
    "service_not_found": 404,
    "instructor_not_found": 404,
    "service_mismatch": 422,
    "self_booking": 422,
    "instructor_not_bookable": 422,
    "invalid_duration": 422,
    "invalid_start_time": 422,
    "crosses_midnight": 422,
    "in_past": 422,
    "insufficient_notice": 422,
    "overnight_protection": 422,
    "beyond_horizon": 422,
    "travel_not_offered": 422,
    "studio_not_offered": 422,
    "online_not_offered": 422,
    "price_below_floor": 422,
    "address_required": 422,
    "coordinates_required": 422,
    "outside_service_area": 422,
    "blackout_date": 422,
    "time_not_open": 422,
    "format_not_open": 422,
    "instructor_conflict": 409,
    "buffer_conflict": 409,
    "student_conflict": 409,
    "too_many_holds": 409,
    "hold_expired": 409,
    "invalid_state": 409,
    "lesson_not_ended": 409,
    "no_show_open": 409,
    "lesson_started": 409,
    "reschedule_locked": 409,
    "reschedule_window_closed": 409,
    "reschedule_limit_reached": 409,
    "no_change": 422,
    "late_reschedule_price_change": 409,
    "payment_method_required": 422,
    "no_show_window_closed": 409,
    "already_reported": 409,
    "already_disputed": 409,
    "already_resolved": 409,
    "dispute_window_closed": 409,
    "video_unavailable": 503,
    "operation_in_progress": 409,
    "nothing_to_refund": 409,
}
"""Every code that spec 01 names, with its status."""

UNREACHABLE: Final[dict[str, str]] = {
    "rate_limited": "the limiter has tests of its own, and so has running reminders by hand",
    "own_calendar": "nobody may both teach and wait: AC-41",
    "booking_cancelled": "two requests at one moment, which the race tests make",
    "credit_fixed": "a late move asks for credit only before the money is taken",
    "ledger_breach": "a nightly check says it, to nobody's request",
    "authorisations_stalled": "a periodic check says it, to nobody's request",
    "processor_key_reused": "it would be a defect of ours; the gateways' contract raises it",
    "webhook_unconfigured": "test_webhooks.py tries a platform without a secret",
    "malformed_json": "test_webhooks.py signs what is no JSON, test_every_route.py sends it",
}
"""Codes that no request leads to, and why; unit tests of their rules raise them."""


def codes_of_ours() -> dict[str, int]:
    """The code of every error of these contexts, with its status."""
    contexts = (availability, booking, admin, payments, pricing, config)
    for context in contexts:
        for module in walk_packages(context.__path__, f"{context.__name__}."):
            if module.name.endswith(".errors"):
                import_module(module.name)
    found, waiting = {}, [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith(tuple(f"{each.__name__}." for each in contexts)):
            found[kind.code] = status_of(kind.__new__(kind))
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_refusal_says_what_it_must_and_changes_nothing(beginning: Town, case: Refused) -> None:
    """SE-23: status, type, title, detail, instance, code and request id.

    No row is touched, and no money moves at the processor.
    """
    ask = case.scenario(beginning)
    token = None if ask.who is None else beginning.token(ask.who)
    before, money = beginning.state(), beginning.moved()
    answer = beginning.send(ask, token)
    after = beginning.state()
    assert beginning.moved() == money
    if case.told:
        failures = {each["code"]: each["status"] for each in answer.json()["failures"]}
        assert failures.get(case.code) == case.status, answer.text
    else:
        _is_problem(answer, case, API + ask.path)
    assert {name for name in before if before[name] != after[name]} == case.leaves


def _is_problem(answer: Any, case: Refused, path: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (case.status, case.code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["type"] == f"https://instainstru.com/problems/{case.code}"
    assert problem["title"] == case.code.replace("_", " ").capitalize()
    assert problem["status"] == case.status
    assert problem["detail"]
    assert problem["instance"] == path
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    wrong = [each["pointer"] for each in problem.get("errors", [])]
    if case.pointer is not None:
        assert wrong[:1] == [case.pointer]
    assert problem.items() >= case.has.items()


def test_every_code_has_a_scenario() -> None:
    """Issue, "Errors": a code that nobody can tell how to reach is a code too many."""
    reached = {case.code for case in CASES}
    known = {*SPEC, *codes_of_ours()}
    assert known - reached == set(UNREACHABLE)


def test_each_code_has_one_status() -> None:
    """SE-24: as the specification says it, and the same everywhere."""
    told: dict[str, set[int]] = {}
    for code, status in [*SPEC.items(), *codes_of_ours().items()]:
        told.setdefault(code, set()).add(status)
    for case in CASES:
        told.setdefault(case.code, set()).add(case.status)
    assert {code: found for code, found in told.items() if len(found) > 1} == {}


def test_the_guide_lists_every_code() -> None:
    """Issue, "Errors": whoever writes a client finds them in one place."""
    told: dict[str, int] = {}
    for row in GUIDE.read_text().splitlines():
        if found := fullmatch(r"\| (\d{3}) \| (`.*`) \|", row):
            told |= dict.fromkeys(found[2].strip("`").split("`, `"), int(found[1]))
    assert told == {case.code: case.status for case in CASES} | SPEC | codes_of_ours()
