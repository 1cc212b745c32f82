"""What every keeper of payments must know of an instructor's earnings. Source: BK-46."""

from datetime import timedelta

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.queries import Earned
from instainstru_core.testing.strategies.payments import Till

DAY = timedelta(days=1)


class EarnedContract:
    """Inherit, and provide the `till` fixture."""

    def test_bk46_money_counts_where_and_when_it_is_paid(self, till: Till) -> None:
        """BK-46: nothing before it moves; then in all, and in the days around that instant."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        today = till.clock.now()
        end = booking.lesson.ends_at
        then = Interval(end, end + 2 * DAY)
        till.at(booking.lesson.starts_at - DAY)
        till.at(end)
        till.complete(booking)
        till.work_off()
        assert earned(till, booking.instructor, then) == Earned(total=NOTHING, within=NOTHING)
        till.at(end + DAY)
        paid = Money(7650)
        assert earned(till, booking.instructor, then) == Earned(total=paid, within=paid)
        before = Interval(today, end)
        assert earned(till, booking.instructor, before) == Earned(total=paid, within=NOTHING)
        nobody = till.ids.new(InstructorId)
        assert earned(till, nobody, then) == Earned(total=NOTHING, within=NOTHING)


def earned(till: Till, instructor: InstructorId, within: Interval) -> Earned:
    """What *instructor* was paid, by what is kept."""
    with till.read() as reads:
        return reads.payment_queries.earned(instructor, within)
