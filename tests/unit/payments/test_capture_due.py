"""Money is taken a day after the end, whoever completed the lesson. Source: BK-23, §10.16."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.booking.model.states import Completed
from instainstru_core.booking.use_cases.complete_lesson import complete_by_itself
from instainstru_core.testing.strategies.payments import Till

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@settings(max_examples=30)
@given(
    hours_ahead=st.sampled_from((20, 72)),
    minutes=st.sampled_from((30, 60, 90)),
    after=st.one_of(st.none(), st.integers(0, 24 * 3600 - 2).map(lambda n: n * SECOND)),
)
def test_prop16_the_capture_is_due_a_day_after_the_end(
    hours_ahead: int, minutes: int, after: timedelta | None
) -> None:
    """By hand at any moment of that day, or by itself at its end: the same instant."""
    till = Till.opened()
    booking = till.hold(hours_ahead=hours_ahead, minutes=minutes)
    till.pay(booking)
    end = booking.lesson.ends_at
    till.at(max(till.clock.now(), booking.lesson.starts_at - DAY)).at(end)
    if after is not None:
        till.at(end + after)
        till.complete(booking)
    till.at(end + DAY - SECOND)
    assert _captures(till) == []
    till.at(end + DAY)
    if after is None:
        with till.begin() as work:
            complete_by_itself(booking.booking_id, work=work, now=till.clock.now())
        till.work_off()
    assert _captures(till) == [till.payment(booking).breakdown.card_amount.cents]
    state = till.booking(booking).state
    assert isinstance(state, Completed)
    assert state.at == end + (after or timedelta())


def _captures(till: Till) -> list[int]:
    return [each.amount_cents for each in till.processor.effects if each.kind == "capture"]
