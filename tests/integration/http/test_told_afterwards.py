"""What is told over HTTP of a lesson's money after it ended. Source: PY-1, PY-55, PY-58, PY-68."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TypeAlias, cast

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from entrypoints.http import admin_finance, earnings, payments, receipts
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.availability.model.rules import DEFAULT_RULES
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.testing.contracts.tip_refunds import given_up
from instainstru_core.testing.contracts.tips import settled, tip
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.stories.endings import operator
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.refunds import give_back
from instainstru_core.testing.strategies.booking import NOON, signed_in
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till
from tests.integration.http.lone_routes import lone_routes

ROUTERS = (admin_finance.ROUTER, earnings.ROUTER, payments.ROUTER, receipts.ROUTER)
Client = TestClient[Litestar]
Asking: TypeAlias = Callable[[Principal], Client]


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


@pytest.fixture
def asking(till: Till) -> Iterator[Asking]:
    """Somebody's client; what it needs of a till stands where a store in memory would."""
    named = {"begin": till.begin, "read": till.read, "ids": till.ids, "clock": till.clock}
    store = cast("InMemoryStore", SimpleNamespace(**named, rules=DEFAULT_RULES))
    with ExitStack() as opened:

        def ask(who: Principal) -> Client:
            return opened.enter_context(lone_routes(store, who, *ROUTERS))

        yield ask


@pytest.mark.parametrize("bearer", Bearer)
def test_py_68_an_instructor_is_told_what_the_earnings_say(
    till: Till, asking: Asking, bearer: Bearer
) -> None:
    """PY-52, PY-68: a refund that the platform bore is not theirs; a tip stands apart."""
    booking = settled(till)
    tip(till, booking, 700)
    give_back(till, booking, reason=RefundReason.GOODWILL, bearer=bearer)
    till.work_off()
    teacher = asking(signed_in(booking.instructor, Role.INSTRUCTOR))
    shown = teacher.get(f"/bookings/{booking.booking_id}/payment").json()
    (line,) = teacher.get("/earnings").json()["items"]
    assert shown["payout_cents"] == line["net_cents"] == (7650 if bearer == "platform" else 0)
    assert shown["outcome"] == "admin_refund"
    student = asking(signed_in(till.student))
    assert student.get(f"/bookings/{booking.booking_id}/payment").json()["payout_cents"] is None


def test_py_55_a_lesson_that_moved_shows_its_receipt_under_each_booking(
    till: Till, asking: Asking
) -> None:
    """PY-1, PY-55: to its student alone."""
    booking = till.hold(hours_ahead=72)
    till.pay(booking)
    moved = move(till, booking, 24 * HOUR).booking
    till.at(moved.lesson.starts_at - 24 * HOUR)
    till.at(moved.lesson.ends_at)
    till.complete(till.booking(moved))
    till.at(moved.lesson.ends_at + 24 * HOUR)
    mine = asking(signed_in(till.student))
    now = mine.get(f"/bookings/{moved.booking_id}/receipt")
    before = mine.get(f"/bookings/{booking.booking_id}/receipt")
    assert (now.status_code, before.status_code) == (200, 200)
    assert before.text == now.text
    for who in (signed_in(booking.instructor, Role.INSTRUCTOR), signed_in(till.ids.new(StudentId))):
        refused = asking(who).get(f"/bookings/{booking.booking_id}/receipt")
        assert (refused.status_code, refused.json()["code"]) == (404, "receipt_not_found")


def test_py_58_the_pipeline_counts_tips_that_wait(till: Till, asking: Asking) -> None:
    """PY-58, spec 02 §5: reviews by reason, those of tips told apart."""
    given_up(till)
    figures = asking(operator(till)).get("/admin/finance/pipeline").json()
    assert figures["reviews"] == {"tip_transfer_failed": 1}
