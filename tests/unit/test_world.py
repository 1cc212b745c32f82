"""The whole story in memory: from sign-up to payout, and everything that may come in between."""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.availability.external.use_cases.add_feed import AddFeed, add_feed
from instainstru_core.availability.use_cases.block_dates import BlockDates, block_dates
from instainstru_core.availability.waitlist.use_cases.subscribe import Subscribe, subscribe
from instainstru_core.booking.errors.refusals import InstructorConflict
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, Pending
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.config.model import ConfigKey
from instainstru_core.config.use_cases.publish_config import PublishConfig, publish_config
from instainstru_core.due_work.model import CallsOut, InTransaction, NewWork, WorkItem
from instainstru_core.due_work.use_cases.file_periodic_work import file_periodic_work
from instainstru_core.due_work.use_cases.perform_work import Outcome
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError, OperationInProgress
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditLot, CreditSource
from instainstru_core.payments.errors import CardDeclined
from instainstru_core.payments.events import (
    LedgerBreached,
    PaymentDisputeClosed,
    PaymentDisputed,
    PaymentEscalated,
    PaymentRefunded,
    PaymentReviewOpened,
    PayoutFailed,
)
from instainstru_core.payments.ids import CardId, CreditLotId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.reconciliation.events import BalanceDiffers, DifferencesOverdue
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.keep_card import AddCard, NamedCard, add_card, remove_card
from instainstru_core.payments.use_cases.open_payout_account import refresh_payout_account
from instainstru_core.payments.use_cases.reschedule_booking import reschedule_booking
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, give_tip
from instainstru_core.ports import Ports, Work
from instainstru_core.pricing.events import CommissionTierChanged
from instainstru_core.pricing.model.document import document_of
from instainstru_core.reactions import HANDLERS, PERIODIC, Handler
from instainstru_core.search.model.query import SearchQuery
from instainstru_core.search.use_cases.search_lessons import search_lessons
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.fakes.processor.intents import fee_cents
from instainstru_core.testing.ports import perform_due
from instainstru_core.testing.world import HOUR, MONDAY, World

DAY = timedelta(days=1)
LESSON = {
    # LP 9000 at 12 % and 15 %: SF 1080, IF 1350, P 7650, A 10080.
    Account.PROCESSOR_BALANCE: 10_080 - 7650,
    Account.STUDENT_FEE_REVENUE: -1080,
    Account.COMMISSION_REVENUE: -1350,
    Account.CONNECT_BALANCE: 7650,
    Account.CONNECT_OWNER: -7650,
}
FEE = fee_cents(10_080)
AFTER_THE_NIGHT = {
    # The night's reconciliation posts what the processor charged for it. Source: PY-85.
    **LESSON,
    Account.PROCESSOR_BALANCE: 10_080 - 7650 - FEE,
    Account.PROCESSING_FEE_EXPENSE: FEE,
}
MOVED = [("authorisation", 10_080), ("capture", 10_080), ("transfer", 7650)]
RIVALS = 50
A_WHILE = timedelta(minutes=10)
"""Long enough for what failed once to be tried again."""


def moved(world: World) -> list[tuple[str, int]]:
    """What really happened to money at the processor, in order."""
    kinds = {"authorisation", "capture", "void", "transfer", "refund"}
    return [
        (each.kind, each.amount_cents) for each in world.processor.effects if each.kind in kinds
    ]


def letters(world: World) -> Counter[str]:
    """How many of each letter were sent, those of signing up apart."""
    sent = (each.mail.template for each in world.mailbox.latest(limit=1000))
    return Counter(each for each in sent if each not in {"sign_up_code", "welcome"})


def state(world: World, booking: Booking) -> PaymentState | None:
    """How the booking's payment stands."""
    payment = world.payment(booking)
    return None if payment is None else payment.state


def test_a_lesson_from_sign_up_to_payout() -> None:
    """BK-17…BK-24, PY-8…PY-22 and Appendix B, row 1: each step in its time, every cent in place."""
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    held = world.hold(anna, jane)
    assert isinstance(held.state, Pending)
    assert world.pay(held).booking_confirmed
    assert state(world, held) is PaymentState.SCHEDULED

    world.advance(47 * HOUR)
    assert (state(world, held), moved(world)) == (PaymentState.SCHEDULED, [])
    world.advance(HOUR)
    assert state(world, held) is PaymentState.AUTHORIZED
    assert world.balances() == {Account.AUTH_HELD: 10_080, Account.AUTH_CONTRA: -10_080}

    world.advance(48 * HOUR)
    assert isinstance(world.booking(held.booking_id).state, Confirmed)
    assert state(world, held) is PaymentState.AUTHORIZED
    performed = world.advance(HOUR)
    assert {each.outcome for each in performed} == {Outcome.DONE}
    assert isinstance(world.booking(held.booking_id).state, Completed)
    assert state(world, held) is PaymentState.SETTLED
    assert (world.balances(), moved(world)) == (LESSON, MOVED)
    assert world.books().balanced
    assert letters(world) == {"booking_confirmed": 2, "payment_receipt": 1, "payout_sent": 1}


def crashing_once() -> Mapping[str, Handler]:
    """Handlers that do their work, and then fail the first time they are given an item."""
    seen: set[str] = set()

    def crash(item: WorkItem) -> None:
        if str(item.work_id) not in seen:
            seen.add(str(item.work_id))
            raise ConnectionError

    def calling(handler: CallsOut[Ports]) -> Handler:
        def run(item: WorkItem, ports: Ports) -> None:
            handler.run(item, ports)
            crash(item)

        return CallsOut(run)

    def transacting(handler: InTransaction[Work, Ports]) -> Handler:
        def run(item: WorkItem, work: Work, ports: Ports) -> None:
            handler.run(item, work, ports)
            crash(item)

        return InTransaction(run)

    return {
        name: calling(each) if isinstance(each, CallsOut) else transacting(each)
        for name, each in HANDLERS.items()
    }


def calling_twice() -> Mapping[str, Handler]:
    """Handlers that call out do it twice, as after a crash before their item was forgotten."""

    def twice(handler: CallsOut[Ports]) -> Handler:
        def run(item: WorkItem, ports: Ports) -> None:
            handler.run(item, ports)
            handler.run(item, ports)

        return CallsOut(run)

    return {
        name: twice(each) if isinstance(each, CallsOut) else each for name, each in HANDLERS.items()
    }


@pytest.mark.parametrize(
    ("deliveries", "handlers"),
    [(2, HANDLERS), (1, calling_twice()), (3, calling_twice()), (1, crashing_once())],
    ids=["handed out twice", "done twice", "both", "failed after its effects, once each"],
)
def test_doing_everything_again_changes_nothing(
    deliveries: int, handlers: Mapping[str, Handler]
) -> None:
    """OP-13, property 7: an item, a handler, a webhook may come twice; its effect comes once."""
    world = World(deliveries=deliveries, handlers=handlers)
    jane, anna = world.instructor("Jane"), world.student("Anna")
    taught = world.book(anna, jane)
    world.cancel(anna, world.book(anna, jane, starts_in=96 * HOUR))
    performed = world.advance(6 * DAY)
    assert Outcome.DEAD not in {each.outcome for each in performed}
    assert isinstance(world.booking(taught.booking_id).state, Completed)
    assert (world.balances(), moved(world)) == (LESSON, MOVED)
    assert letters(world) == {
        "booking_confirmed": 4,
        "booking_cancelled": 1,
        "booking_cancellation_receipt": 1,
        "payment_receipt": 1,
        "payout_sent": 1,
    }
    assert perform_due(world.ports) == ()


def stop_or_resume_payouts(world: World, instructor: Principal, *, payable: bool) -> None:
    """The processor changes its mind about the instructor's account."""
    for account in world.processor.books.accounts.values():
        account.is_onboarded = payable
    refresh_payout_account(
        InstructorId(instructor.account_id.value),
        begin=world.ports.begin,
        gateway=world.processor,
        clock=world.clock,
    )


def wait_for_a_time(world: World, student: Principal, instructor: Principal) -> None:
    """The student wants to hear of any hour of the next days; the instructor takes a day off."""
    request = Subscribe(
        student=StudentId(student.account_id.value),
        instructor_id=InstructorId(instructor.account_id.value),
        location_type=LocationType.ONLINE,
        minutes=60,
        first=MONDAY,
        last=MONDAY + 3 * DAY,
    )
    ports = world.ports
    subscribe(request, read=ports.read, begin=ports.begin, ids=ports.ids, clock=ports.clock)
    day_off = BlockDates(
        instructor_id=request.instructor_id, first=MONDAY + 9 * DAY, last=MONDAY + 9 * DAY
    )
    block_dates(day_off, begin=ports.begin, ids=ports.ids, clock=ports.clock)


def keep_a_calendar_elsewhere(world: World, instructor: Principal) -> None:
    """The instructor adds a calendar, at whose address there is nothing."""
    request = AddFeed(
        instructor_id=InstructorId(instructor.account_id.value),
        url="https://calendar.example.org/gone.ics",
    )
    ports = world.ports
    add_feed(request, begin=ports.begin, ids=ports.ids, clock=ports.clock)


def quarrel(world: World, student: Principal, lesson: Booking) -> None:
    """While the lesson goes on: a report that is taken back, and an issue that waits."""
    missed = ReportNoShow(
        principal=student, booking_id=lesson.booking_id, type=NoShowType.INSTRUCTOR
    )
    back = WithdrawNoShow(principal=student, booking_id=lesson.booking_id)
    issue = OpenIssue(
        principal=student, booking_id=lesson.booking_id, reason="it was not what we agreed on"
    )
    begin, clock = world.ports.begin, world.clock
    report_no_show(missed, begin=begin, clock=clock)
    withdraw_no_show(back, begin=begin, clock=clock)
    open_issue(issue, begin=begin, clock=clock)


def move_a_lesson(world: World, student: Principal, instructor: Principal) -> None:
    """Ask to have it two hours later, three days ahead. Source: BK-35."""
    booking = world.book(student, instructor, starts_in=70 * HOUR)
    asked = AskedMove(
        principal=student,
        booking_id=booking.booking_id,
        start=booking.lesson.starts_at + 2 * HOUR,
    )
    ports = world.ports
    reschedule_booking(
        asked,
        begin=ports.begin,
        gateway=world.processor,
        places=ports.places,
        ids=ports.ids,
        clock=ports.clock,
        config=ports.pricing,
    )


def tip_for(world: World, student: Principal, lesson: Booking) -> None:
    """A tip that the first card refuses and the second pays. Source: PY-51."""
    ports, who = world.ports, StudentId(student.account_id.value)
    refuses = add_card(
        AddCard(student_id=who, token="pm_card_insufficient_funds"),
        begin=ports.begin,
        gateway=world.processor,
        ids=ports.ids,
        clock=ports.clock,
    )

    def give(card_id: CardId | None) -> None:
        wish = GiveTip(
            student_id=who, booking_id=lesson.booking_id, amount_cents=1000, card_id=card_id
        )
        give_tip(
            wish,
            begin=ports.begin,
            gateway=world.processor,
            ids=ports.ids,
            clock=ports.clock,
            config=ports.pricing,
        )

    with pytest.raises(CardDeclined):
        give(refuses.card_id)
    give(None)


def raise_a_floor(world: World) -> None:
    """Another pricing document prices an instructor out. Source: PR-8."""
    body = document_of(world.ports.pricing)
    body["floors"] = {"in_person_cents": 8000, "remote_cents": 9001}
    with world.ports.begin() as work:
        request = PublishConfig(
            key=ConfigKey.PRICING, body=body, expected=1, author="ada", reason="costs"
        )
        publish_config(request, work=work, now=world.clock.now())


def give_credit(world: World, student: Principal) -> None:
    """Credit that runs out in 29 days. Source: CR-14."""
    ports, now = world.ports, world.clock.now()
    lot = CreditLot.granted(
        ports.ids.new(CreditLotId),
        student_id=StudentId(student.account_id.value),
        source=CreditSource.GOODWILL,
        amount=Money(500),
        at=now,
        expires_at=now + 29 * DAY,
    )
    with ports.begin() as work:
        CreditTill(work, ports.ids, now).grant(lot)


def forget_a_card(world: World, student: Principal) -> None:
    """The student removes a card that nothing needs. Source: PY-67."""
    spare = world.add_card(student, "pm_card_mastercard")
    ports = world.ports
    remove_card(
        NamedCard(student_id=spare.student_id, card_id=spare.card_id),
        begin=ports.begin,
        clock=ports.clock,
    )


def hear_rare_news(world: World, lesson: Booking) -> None:
    """What seldom happens to money, all at once: people are told, and nothing moves."""
    payment, now = world.payment(lesson), world.clock.now()
    assert payment is not None
    about, amount = payment.named(now), Money(1000)
    news = (
        PaymentRefunded(amount=amount, **about),
        PaymentEscalated(debt=amount, payout=amount, **about),
        PaymentReviewOpened(reason="refund_failed", **about),
        PaymentDisputed(amount=amount, inquiry=False, **about),
        PaymentDisputeClosed(amount=amount, result="won", **about),
        PayoutFailed(amount=amount, reason="account_closed", **about),
        LedgerBreached(imbalance_cents=1, unsettled=0, occurred_at=now),
        BalanceDiffers(day=now.date(), difference_cents=1, occurred_at=now),
        DifferencesOverdue(day=now.date(), differences=1, occurred_at=now),
        CommissionTierChanged(
            instructor_id=payment.instructor_id,
            tier="growth",
            commission_bps=1200,
            previous_bps=1500,
            completed=5,
            occurred_at=now,
        ),
    )
    with world.database.begin() as work:
        work._outbox.record(news)


def everything(world: World) -> tuple[set[str | None], object]:
    """Four days with all that can happen: which handlers had a part in it, and what it came to."""
    file_periodic_work(PERIODIC.values(), begin=world.ports.begin, clock=world.clock)
    jane = world.instructor("Jane")
    cards = ["visa", "mastercard", "insufficient_funds", "fails_capture", "three_d_secure"]
    students = [world.student(card, card=f"pm_card_{card}") for card in cards]
    lessons = [
        world.book(student, jane, starts_in=(24 + 2 * number) * HOUR)
        for number, student in enumerate(students)
    ]
    lessons.append(world.hold(students[0], jane, starts_in=47 * HOUR))
    lessons.append(world.book(students[0], jane, starts_in=44 * HOUR))
    wait_for_a_time(world, students[0], jane)
    keep_a_calendar_elsewhere(world, jane)
    move_a_lesson(world, students[0], jane)
    world.cancel(students[1], lessons[1])
    raise_a_floor(world)
    give_credit(world, students[0])
    performed = world.advance(A_WHILE)
    for payable in (False, True):
        stop_or_resume_payouts(world, jane, payable=payable)
    performed += world.advance(44 * HOUR - A_WHILE)
    quarrel(world, students[0], lessons[-1])
    performed += world.advance(52 * HOUR)
    tip_for(world, students[0], lessons[0])
    forget_a_card(world, students[0])
    hear_rare_news(world, lessons[0])
    performed += world.advance(A_WHILE)
    assert Outcome.DEAD not in {each.outcome for each in performed}
    seen = [type(world.booking(each.booking_id).state) for each in lessons]
    ended = [payment and payment.state for payment in map(world.payment, lessons)]
    result = (seen, ended, moved(world), world.balances(), letters(world))
    return {each.handler for each in performed}, result


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "world",
    [
        lambda: World(deliveries=2, handlers=calling_twice()),
        lambda: World(handlers=crashing_once()),
    ],
    ids=["twice by the broker and twice after a crash", "failed after its effects, once each"],
)
def test_each_handler_there_is_may_be_run_again(world: Callable[[], World]) -> None:
    """OP-13: none is left out, and nothing more comes of it."""
    once, expected = everything(World())
    again, result = everything(world())
    assert once == again - {None} == set(HANDLERS)
    assert result == expected


@pytest.mark.parametrize("by", [Role.STUDENT, Role.INSTRUCTOR])
def test_who_calls_a_lesson_off_in_time_is_not_charged(by: Role) -> None:
    """BK-25, PY-31, PY-38: the time is free again at once, and no card was asked."""
    world = World()
    jane, anna, ben = world.instructor("Jane"), world.student("Anna"), world.student("Ben")
    booking = world.book(anna, jane)
    world.advance()
    cancelled = world.cancel(anna if by is Role.STUDENT else jane, booking)
    assert isinstance(cancelled.state, Cancelled)
    assert isinstance(world.book(ben, jane).state, Confirmed)
    world.cancel(ben, world.book(ben, jane, starts_in=80 * HOUR))
    world.advance(HOUR)
    assert state(world, booking) is PaymentState.SETTLED
    assert (world.balances(), moved(world)) == ({}, [])


def test_a_hold_taken_is_let_go_when_the_instructor_cancels() -> None:
    """PY-38."""
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    booking = world.book(anna, jane, starts_in=20 * HOUR)
    world.cancel(jane, booking)
    world.advance(DAY)
    assert moved(world) == [("authorisation", 10_080), ("void", 10_080)]
    assert world.balances() == {}


def test_a_hold_nobody_paid_runs_out() -> None:
    """BK-19: after half an hour another student has the time."""
    world = World()
    jane, anna, ben = world.instructor("Jane"), world.student("Anna"), world.student("Ben")
    start = world.clock.now() + 72 * HOUR
    held = world.hold(anna, jane)
    world.advance(timedelta(minutes=30))
    assert isinstance(world.booking(held.booking_id).state, Cancelled)
    booking = world.book(ben, jane, starts_in=start - world.clock.now())
    assert isinstance(booking.state, Confirmed)
    assert moved(world) == []


def test_a_card_declined_at_checkout_may_be_replaced() -> None:
    """PY-9: the time stays held meanwhile."""
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna", card="pm_card_insufficient_funds")
    held = world.hold(anna, jane, starts_in=20 * HOUR)
    with pytest.raises(CardDeclined):
        world.pay(held)
    assert isinstance(world.booking(held.booking_id).state, Pending)
    assert world.pay(held, world.add_card(anna, "pm_card_mastercard")).booking_confirmed
    world.advance(3 * DAY)
    assert world.balances() == LESSON


def test_a_card_declined_a_day_ahead_calls_the_lesson_off_in_the_end() -> None:
    """PY-13: the ladder warns, tries again, and gives the time back; nobody is charged."""
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna", card="pm_card_insufficient_funds")
    booking = world.book(anna, jane)
    world.advance(48 * HOUR)
    assert isinstance(world.booking(booking.booking_id).state, Confirmed)
    assert letters(world)["payment_failed"] == 1
    world.advance(24 * HOUR)
    assert isinstance(world.booking(booking.booking_id).state, Cancelled)
    assert letters(world)["payment_final_warning"] == 1
    assert (world.balances(), moved(world)) == ({}, [])


def test_three_d_secure_is_finished_by_the_webhook() -> None:
    """PY-9, PY-64: the cardholder confirms, the processor tells, the lesson is theirs."""
    world = World(deliveries=2)
    jane, anna = world.instructor("Jane"), world.student("Anna", card="pm_card_three_d_secure")
    held = world.hold(anna, jane, starts_in=20 * HOUR)
    asked = world.pay(held)
    world.advance()
    assert asked.client_secret is not None
    assert isinstance(world.booking(held.booking_id).state, Pending)
    payment = world.payment(held)
    assert payment is not None
    assert payment.hold is not None
    world.processor.confirm(payment.hold.intent, asked.client_secret)
    world.advance()
    assert isinstance(world.booking(held.booking_id).state, Confirmed)
    assert moved(world) == [("authorisation", 10_080)]
    world.advance(3 * DAY)
    assert (world.balances(), moved(world)) == (LESSON, MOVED)


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", ["authorise", "capture", "transfer"])
@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500])
def test_a_lost_answer_is_asked_for_again(kind: str, fault: Fault) -> None:
    """PY-62: with the periodic jobs on file, as in the workers, nobody has to look after it."""
    world = World()
    file_periodic_work(PERIODIC.values(), begin=world.ports.begin, clock=world.clock)
    jane, anna = world.instructor("Jane"), world.student("Anna")
    world.book(anna, jane, starts_in=25 * HOUR)
    world.processor.fail_next(kind, fault)
    world.advance(3 * DAY)
    assert (world.balances(), moved(world)) == (AFTER_THE_NIGHT, MOVED)


def test_fifty_students_race_for_one_time() -> None:
    """BK-14: one has it, everybody else is told so, and there is one booking."""
    world = World()
    jane = world.instructor("Jane")
    students = [world.sign_up(f"Student{n}", Role.STUDENT) for n in range(RIVALS)]
    start = Barrier(RIVALS)

    def race(student: Principal) -> Booking | DomainError:
        start.wait()
        try:
            return world.hold(student, jane)
        except (InstructorConflict, OperationInProgress) as refused:
            return refused

    with ThreadPoolExecutor(RIVALS) as pool:
        results = list(pool.map(race, students))
    (booked,) = [each for each in results if isinstance(each, Booking)]
    refused = [each for each in results if isinstance(each, DomainError)]
    assert len(refused) == RIVALS - 1
    with world.ports.begin() as work:
        kept = work.bookings.near(
            student=StudentId(students[0].account_id.value),
            instructor=InstructorId(jane.account_id.value),
            around=booked.lesson,
        )
    assert [each.booking_id for each in kept] == [booked.booking_id]


def found(world: World) -> list[InstructorId]:
    """Who can teach piano in the only hour of the day that is asked for."""
    noon = 12 * 60
    query = SearchQuery(
        service="piano", dates=(MONDAY + 3 * DAY,), after=noon, before=noon + 60, minutes=60
    )
    ports = world.ports
    page = search_lessons(query, market=ports.market, places=ports.places, clock=world.clock)
    return [each.listing.instructor_id for each in page.results]


def test_search_shows_who_is_really_free() -> None:
    """SR-33, AV-41: not whose hour is held, and again whose hour was given back."""
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    me = InstructorId(jane.account_id.value)
    assert found(world) == [me]
    held = world.hold(anna, jane)
    assert found(world) == []
    world.cancel(anna, held)
    assert found(world) == [me]


def test_periodic_work_comes_back_by_the_clock() -> None:
    """OP-13: at every multiple, however far the clock was moved."""
    world = World()
    file_periodic_work([PERIODIC["check_books"]], begin=world.ports.begin, clock=world.clock)
    assert [each.handler for each in world.advance()] == ["check_books"]
    assert world.advance(timedelta(minutes=59)) == ()
    assert [each.outcome for each in world.advance(2 * HOUR)] == [Outcome.DONE, Outcome.DONE]


def test_work_without_an_end_is_noticed() -> None:
    """A loop has a bound: it is an error, not a test that hangs."""

    def again(_item: WorkItem, work: Work, ports: Ports) -> None:
        work.work_items.file(NewWork(handler="again", payload={}, due_at=ports.clock.now()))

    world = World()
    with world.ports.begin() as work:
        work.work_items.file(NewWork(handler="again", payload={}, due_at=world.clock.now()))
    with pytest.raises(RuntimeError, match="still work due"):
        perform_due(world.ports, handlers={"again": InTransaction(again)})
