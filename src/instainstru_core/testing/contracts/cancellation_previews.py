"""What cancelling would do is what it does, over any adapter.

Stories with the simulated processor. Source: PY-27, BK-25, BK-29.
"""

from datetime import timedelta
from itertools import pairwise

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.errors.life import BookingNotFound, LessonStarted, WrongState
from instainstru_core.booking.model.states import Cancelled
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.use_cases.preview_cancellation import preview_cancellation
from instainstru_core.testing.stories.endings import call_off, held, locked, look
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till


class PreviewsContract:
    """Inherit, and provide the `till` fixture. BK-29: what is shown is what then happens."""

    @pytest.mark.parametrize("by_instructor", [False, True])
    @pytest.mark.parametrize("hours", [30, 24, 18, 12, 6])
    @pytest.mark.parametrize("kind", ["held", "locked", "declined"])
    def test_bk_29_what_is_shown_is_what_happens(
        self, till: Till, kind: str, hours: int, by_instructor: bool
    ) -> None:
        match kind:
            case "held":
                booking = till.hold(hours_ahead=72)
                till.pay(booking)
            case "locked":
                booking = locked(till)
            case _:
                booking = till.hold(hours_ahead=72)
                till.pay(booking, till.add_card("pm_card_declines_off_session"))
        if kind != "declined" or hours > 12:
            till.at(booking.lesson.starts_at - hours * HOUR)
        else:
            till.clock.set(booking.lesson.starts_at - hours * HOUR)
        shown = look(till, booking, by_instructor=by_instructor).now
        cancelled = call_off(till, booking, by_instructor=by_instructor)
        state = cancelled.booking.state
        assert isinstance(state, Cancelled)
        assert state.policy_case is shown.policy_case
        assert cancelled.plan == shown.plan
        assert shown.plan is not None
        till.work_off()
        ended = till.payment(booking).outcome
        assert ended in {shown.plan.outcome, shown.plan.if_declined}
        assert till.books().balanced

    def test_bk_29_when_it_will_be_something_else(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        preview = look(till, booking)
        start = booking.lesson.starts_at
        assert [stage.since for stage in preview.later] == [
            start - 24 * HOUR,
            start - 12 * HOUR,
            start,
        ]
        outcomes = [stage.plan and stage.plan.outcome for stage in (preview.now, *preview.later)]
        assert outcomes == [
            Outcome.STUDENT_CANCELLED,
            Outcome.STUDENT_CANCELLED_12_24,
            Outcome.STUDENT_CANCELLED_LT12,
            None,
        ]

    def test_bk_29_nothing_but_the_start_changes_an_instructors(self, till: Till) -> None:
        booking = held(till)
        preview = look(till, booking, by_instructor=True)
        assert [stage.since for stage in preview.later] == [booking.lesson.starts_at]

    def test_bk_29_each_stage_comes_true(self, till: Till) -> None:
        """Just after each instant the preview of then says what the one of before foresaw."""
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        stages = look(till, booking).later
        for stage, following in pairwise(stages):
            assert stage.since < following.since
            till.at(stage.since + timedelta(microseconds=1))
            now = look(till, booking).now
            assert (now.policy_case, now.plan) == (stage.policy_case, stage.plan)

    def test_bk_25_what_cannot_be_cancelled_has_no_preview(self, till: Till) -> None:
        booking = held(till)
        stranger = signed_in(till.ids.new(StudentId))
        with pytest.raises(BookingNotFound):
            preview_cancellation(
                booking.booking_id, principal=stranger, begin=till.begin, clock=till.clock
            )
        till.clock.set(booking.lesson.starts_at)
        with pytest.raises(LessonStarted):
            look(till, booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        with pytest.raises(WrongState):
            look(till, booking)
