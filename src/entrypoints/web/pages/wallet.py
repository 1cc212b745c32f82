"""A student's credit, and what was paid for each lesson. Source: CR-10, CR-11, PY-70."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from entrypoints.http.parameters import page_request
from entrypoints.http.policy import policy, requires
from entrypoints.web.frame import Frame
from entrypoints.web.lesson_words import (
    CREDIT_KINDS,
    CREDIT_SOURCES,
    MONEY_EVENTS,
    TRANSACTIONS,
)
from entrypoints.web.marks import N_
from entrypoints.web.pictures.stamps import stamp_card
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.queries import BookingList
from instainstru_core.booking.terms import BookingStatus, Party
from instainstru_core.booking.use_cases.read_bookings import list_bookings
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.statements.transactions import Transaction
from instainstru_core.payments.use_cases.credits.read_credit_history import read_credit_history
from instainstru_core.payments.use_cases.read_credits import read_credits
from instainstru_core.payments.use_cases.statements.read_transactions import read_transactions
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.config import PricingConfig

STUDENTS: Final = requires(Permission.CREATE_BOOKINGS)
_SHOWN: Final = 15


@frozen(kw_only=True)
class Progress:
    """How far a student is on the card of *places* lessons: *done*, and what is given next."""

    done: int
    places: int
    gifts: dict[int, Money]

    @classmethod
    def of(cls, completed: int, config: PricingConfig) -> "Progress":
        """The card after *completed* lessons; a full one is shown until the next is begun."""
        places = config.credit_cycle_lessons
        done = completed % places
        gifts = {each.offset or places: each.amount for each in config.credit_milestones}
        return cls(
            done=places if completed and not done else done,
            places=places,
            gifts=dict(sorted(gifts.items())),
        )

    @property
    def next_gift(self) -> tuple[int, Money] | None:
        """After how many lessons more how much is given; None: this card is full."""
        ahead = [(place - self.done, gift) for place, gift in self.gifts.items()]
        return next(((more, gift) for more, gift in ahead if more > 0), None)


@get("/wallet", sync_to_thread=True, opt=policy(access=STUDENTS, bucket="read", page=True))
def show_wallet(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    cursor: FromQuery[str | None] = None,
) -> Response[Any]:
    """What can be spent, until when, what is on its way, and what moved it."""
    student = StudentId(principal.account_id.value)
    taught = BookingList(
        account_id=principal.account_id,
        role=Party.STUDENT,
        status=BookingStatus.COMPLETED,
        per_page=1,
    )
    completed = list_bookings(taught, read=ports.read, clock=ports.clock).total
    progress = Progress.of(completed, ports.pricing)
    return frame.page(
        "wallet",
        credit=read_credits(student, read=ports.read, clock=ports.clock),
        history=read_credit_history(student, page_request(_SHOWN, cursor), read=ports.read),
        is_first=cursor is None,
        progress=progress,
        stamps=_stamps(frame, progress),
        kinds=CREDIT_KINDS,
        sources=CREDIT_SOURCES,
        zone=NEW_YORK.name,
        local=NEW_YORK.local,
    )


@get("/transactions", sync_to_thread=True, opt=policy(access=STUDENTS, bucket="read", page=True))
def show_transactions(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    cursor: FromQuery[str | None] = None,
) -> Response[Any]:
    """A row for each lesson, the latest first, and what the shown ones come to."""
    student = StudentId(principal.account_id.value)
    page = read_transactions(student, page_request(_SHOWN, cursor), read=ports.read)
    return frame.page(
        "transactions",
        page=page,
        is_first=cursor is None,
        totals=_totals(page.items),
        statuses=TRANSACTIONS,
        events=MONEY_EVENTS,
        zone=NEW_YORK.name,
    )


def _totals(rows: Sequence[Transaction]) -> dict[str, int]:
    return {
        "paid": sum(row.total_paid.cents for row in rows),
        "credit": sum(row.credit.cents for row in rows),
        "refunds": sum(row.refunds.cents for row in rows),
        "tips": sum(row.tip.cents for row in rows),
    }


def _stamps(frame: Frame, progress: Progress) -> str:
    gifts = {place: frame.formats.price(gift) for place, gift in progress.gifts.items()}
    label = frame.words(N_("%(done)s of %(places)s lessons taken")) % {
        "done": progress.done,
        "places": progress.places,
    }
    return stamp_card(progress.done, progress.places, gifts, label=label)


PAGES: Final = [show_wallet, show_transactions]
