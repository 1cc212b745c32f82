"""What kind of cancellation it is: always one, and the first that fits. Source: BK-27, §10.13."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from uuid import UUID

from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.testing.strategies.booking import NOON, a_booking

HOUR = timedelta(hours=1)


@frozen(kw_only=True)
class Asked:
    """Who calls off what, and when."""

    by: Party
    before: timedelta
    pending: bool
    late: bool
    lock_funded: bool
    locked: bool

    @property
    def booking(self) -> Booking:
        held = a_booking(
            BookingId(UUID(int=1)),
            student=StudentId(UUID(int=2)),
            instructor=InstructorId(UUID(int=3)),
        )
        chain = evolve(held.chain, late_reschedule=self.late, lock_funded=self.lock_funded)
        booking = held if self.pending else held.confirm(at=NOON - timedelta(days=7))
        return evolve(booking, chain=chain)

    @property
    def lock(self) -> bool:
        return self.lock_funded or self.locked


TABLE: list[tuple[Callable[[Asked], bool], PolicyCase]] = [
    (lambda it: it.by is Party.ADMIN, PolicyCase.ADMIN),
    (lambda it: it.lock and it.by is Party.INSTRUCTOR, PolicyCase.LOCK_INSTRUCTOR_CANCELLED),
    (lambda it: it.lock and it.before >= 12 * HOUR, PolicyCase.LOCK_STUDENT_GE12),
    (lambda it: it.lock, PolicyCase.LOCK_STUDENT_LT12),
    (lambda it: it.pending, PolicyCase.PENDING_UNPAID),
    (lambda it: it.by is Party.INSTRUCTOR, PolicyCase.INSTRUCTOR),
    (lambda it: it.before >= 24 * HOUR and it.late, PolicyCase.STUDENT_GE24_GAMING),
    (lambda it: it.before >= 24 * HOUR, PolicyCase.STUDENT_GE24),
    (lambda it: 12 * HOUR <= it.before < 24 * HOUR, PolicyCase.STUDENT_12_24),
    (lambda it: it.before < 12 * HOUR, PolicyCase.STUDENT_LT12),
]
"""BK-27, top to bottom."""

moments = st.one_of(
    st.builds(
        lambda hours, odd: hours * HOUR + odd * timedelta(microseconds=1),
        st.sampled_from((0, 12, 24)),
        st.integers(-1, 1),
    ),
    st.timedeltas(-2 * HOUR, timedelta(days=3)),
)


@given(moments)
def test_prop13_every_cancellation_has_exactly_one_case(before: timedelta) -> None:
    """Whoever calls off whatever: all 48 combinations at each moment."""
    for by, flags in product(Party, product((False, True), repeat=4)):
        pending, late, lock_funded, locked = flags
        it = Asked(
            by=by,
            before=before,
            pending=pending,
            late=late,
            lock_funded=lock_funded,
            locked=locked,
        )
        found = policy_case(it.booking, by=by, now=NOON - before, payment_locked=locked)
        fitting = [case for fits, case in TABLE if fits(it)]
        assert found is fitting[0], it
