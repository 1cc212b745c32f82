"""The main jobs, one after the other, on one platform and one clock."""

from collections.abc import Iterator

from attrs import define, field

from entrypoints.journey.calendars import Calendars
from entrypoints.journey.client import Api
from entrypoints.journey.lessons import Lessons
from entrypoints.journey.money import Money
from entrypoints.journey.moves import Moves
from entrypoints.journey.people import Person, sign_up
from entrypoints.journey.quarrels import Quarrels
from entrypoints.journey.staff import Staff
from entrypoints.journey.stage import Stage


@define
class Journey:
    """One run; `steps` tells each step as it is done."""

    base_url: str
    admin_email: str
    admin_password: str
    _anybody: Api = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._anybody = Api(self.base_url)

    def steps(self) -> Iterator[str]:
        """Play the story; each text says what has just been seen to be so.

        Raises:
            Surprise: Something was not.
        """
        stage = self._people()
        lessons, calendars = Lessons(stage), Calendars(stage)
        moves, quarrels = Moves(stage), Quarrels(stage)
        admin = Person(Api(self.base_url), self.admin_email, self.admin_password)
        staff, money = Staff(stage, admin), Money(stage, admin)
        yield "an instructor and two students proved their mailboxes and signed up"
        yield lessons.instructor_gets_ready()
        yield calendars.week_is_published()
        yield calendars.two_devices_are_merged()
        yield calendars.day_off_hides_a_date()
        yield calendars.free_time_is_found()
        yield lessons.search_finds_the_instructor()
        yield lessons.price_is_quoted()
        yield lessons.lesson_is_booked()
        yield lessons.nobody_books_it_twice()
        yield moves.lesson_is_moved_for_free()
        yield moves.feed_lists_the_lessons()
        yield lessons.another_lesson_is_cancelled()
        yield calendars.waiting_student_is_told()
        yield quarrels.two_more_are_booked()
        yield lessons.card_is_authorised()
        yield lessons.lesson_is_taught()
        yield moves.late_move_locks_the_money()
        yield quarrels.late_cancellation_leaves_credit()
        yield quarrels.no_show_is_reported()
        yield staff.lesson_is_called_off(quarrels.missed_id)
        yield lessons.money_is_taken_and_passed_on()
        yield quarrels.no_show_is_refunded()
        yield moves.locked_lesson_is_paid_out()
        yield lessons.books_balance(staff.admin)
        yield lessons.everybody_was_told()
        yield money.tip_is_given(lessons.lesson_id)
        yield money.credit_pays_part()
        yield money.bad_card_is_chosen()
        yield money.both_are_taught()
        yield money.debt_is_paid()
        yield money.refund_is_made(lessons.lesson_id)
        yield money.papers_are_right(lessons.lesson_id)
        yield money.money_leaves_at_once()
        yield money.books_are_proved()

    def _people(self) -> Stage:
        """Mailboxes are proven by code."""
        return Stage.of(
            self._anybody,
            teacher=sign_up(self.base_url, "instructor", "Maya", "Rivera"),
            student=sign_up(self.base_url, "student", "Sam", "Lee"),
            rival=sign_up(self.base_url, "student", "Robin", "Cho"),
        )
