"""How many lessons a worker settles in a second: a PostgreSQL of its own, a processor in memory.

Each lesson was held on a card and taught; what is measured is what falls due a day after its end:
the capture, the transfer to the instructor, their journals and events. Run it with
`PYTHONPATH=src:. python -m benchmarks.money [lessons]`.
"""

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Final, cast

from adapters.embedded.postgres import postgres_server
from adapters.postgres.engine import postgres_engine
from adapters.postgres.outbox import Routes
from adapters.postgres.schema import create_schema
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from instainstru_core.booking.model.booking import Booking
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.use_cases.perform_work import Outcome, perform_work
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.inbox.model import WebhookStatus
from instainstru_core.payments.inbox.ports import InboxWork
from instainstru_core.payments.inbox.signatures import SignedWebhooks, sign
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.receive_webhook import ReceiveWebhook, receive_webhook
from instainstru_core.ports import Ports, Work
from instainstru_core.reactions import HANDLERS
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till

HANDS: Final = 8
TEACHERS: Final = 8
A_DAY: Final = 8
"""So many lessons are taught by each teacher in a day, within a day of being agreed on."""


def taught(tills: list[Till]) -> list[tuple[Till, Booking]]:
    """The lessons of one day, each held on a card and completed as it ended."""
    clock = tills[0].clock
    lessons = [
        (till, till.hold(hours_ahead=14 + number)) for number in range(A_DAY) for till in tills
    ]
    for till, lesson in lessons:
        till.pay(lesson)
    clock.set(max(lesson.lesson.ends_at for _, lesson in lessons))
    for till, lesson in lessons:
        till.complete(lesson)
    return lessons


def settle(till: Till, hands: ThreadPoolExecutor) -> None:
    """Perform everything that is due and what it leads to, as the hands of a worker do."""

    def perform(work_id: WorkId) -> None:
        done = perform_work(
            work_id,
            handlers=HANDLERS,
            periodic={},
            ports=cast("Ports", till),
            begin=cast("Begin[Work]", till.begin),
            clock=till.clock,
        )
        if done.outcome not in {Outcome.DONE, Outcome.GONE}:
            raise RuntimeError(done.error)

    while True:
        with till.begin() as work:
            due = work.work_items.claim(now=till.clock.now(), limit=100)
        if not due:
            return
        list(hands.map(perform, due))


def webhooks(tills: list[Till], count: int) -> int:
    """Keep *count* events about the teachers' accounts at the processor, each of them new."""
    secret = bytes(32)
    kept = 0
    for number in range(count):
        till = tills[number % len(tills)]
        with till.begin() as work:
            account = work.connect_accounts.find(till.classroom.instructor)
        assert account is not None
        told = {"id": account.account}
        event = {"id": f"evt_{number}", "type": "account.updated", "data": {"object": told}}
        body = json.dumps(event).encode()
        receipt = receive_webhook(
            ReceiveWebhook(
                provider="simulator",
                signature=sign(body, secret=secret, at=till.clock.now()),
                headers={},
                body=body,
            ),
            begin=cast("Begin[InboxWork]", till.begin),
            verifier=SignedWebhooks(secrets=[secret], clock=till.clock),
            ids=till.ids,
            clock=till.clock,
        )
        kept += receipt.is_new and receipt.status is WebhookStatus.RECEIVED
    return kept


def main(lessons: int) -> None:
    """Teach and settle day by day, and say how many lessons a second were settled."""
    with (
        postgres_server(Path(tempfile.mkdtemp(prefix="ii-money-")), remove_after=True) as server,
        ThreadPoolExecutor(HANDS) as hands,
    ):
        engine = postgres_engine(server.ensure_database("money"), connections=HANDS)
        create_schema(engine)
        clock = HandMovedClock(NOON)
        ids = Ulids(clock)
        units = PostgresUnits(
            engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY)
        )
        processor = SimulatedProcessor(clock)
        tills = [
            Till.opened(
                begin=units.begin, read=units.read, ids=ids, clock=clock, processor=processor
            )
            for _ in range(TEACHERS)
        ]
        settled, took = 0, 0.0
        while settled < lessons:
            day = taught(tills)
            settle(tills[0], hands)
            clock.set(clock.now() + timedelta(hours=24))
            began = perf_counter()
            settle(tills[0], hands)
            took += perf_counter() - began
            settled += sum(till.payment(each).state is PaymentState.SETTLED for till, each in day)
        print(f"settled: {settled:,} lessons in {took:.1f} s, {settled / took:,.0f}/s")
        heard = webhooks(tills, lessons)
        began = perf_counter()
        settle(tills[0], hands)
        took = perf_counter() - began
        print(f"acted on: {heard:,} webhooks in {took:.1f} s, {heard / took:,.0f}/s")
        print(f"the books balance: {tills[0].books().balanced}")
        engine.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
