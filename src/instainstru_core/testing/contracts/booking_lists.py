"""What every keeper of bookings must show in lists and figures. Source: BK-42, BK-43, BK-46."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.statistics import counts
from instainstru_core.booking.policies.views import View, belongs, is_hidden
from instainstru_core.booking.queries import BookingList, BookingReads
from instainstru_core.booking.terms import BookingStatus, CancelKind, Party
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import ClassroomWork
from instainstru_core.testing.strategies.booking_lists import (
    Company,
    Life,
    company,
    lives,
    moments,
)

EXAMPLES = 25
VIEWS: tuple[View | None, ...] = (None, *View)
STATUSES: tuple[BookingStatus | None, ...] = (
    None,
    BookingStatus.CANCELLED,
    BookingStatus.CONFIRMED,
)


def expected(found: Company, wanted: BookingList, now: datetime) -> list[Booking]:
    """The whole list, from the definition of its view, one booking after the other."""
    moved = wanted.include_rescheduled
    mine = [
        each
        for each in found.bookings
        if each.party_of(wanted.account_id) is wanted.role
        and wanted.status in (None, each.status)
        and (
            belongs(each, wanted.view, now, role=wanted.role, include_rescheduled=moved)
            if wanted.view is not None
            else not is_hidden(each, include_rescheduled=moved)
            and (each.status is not BookingStatus.PENDING or each.is_live_hold(now))
        )
    ]
    if wanted.view is View.BOOK_AGAIN:
        mine = [each for each in mine if not any(_again(each, later) for later in mine)]
    mine.sort(key=lambda each: each.booking_id)
    if wanted.view is View.PENDING:
        return sorted(mine, key=lambda each: each.created_at, reverse=True)
    soonest = wanted.view in {View.UPCOMING, View.AWAITING_COMPLETION}
    return sorted(mine, key=lambda each: each.lesson.starts_at, reverse=not soonest)


def _again(one: Booking, later: Booking) -> bool:
    same = (one.instructor, one.service_id) == (later.instructor, later.service_id)
    return same and later.lesson.starts_at > one.lesson.starts_at


class BookingListsContract:
    """Inherit, and provide `begin`, `read` and `ids`."""

    @pytest.fixture
    def ids(self) -> Ids:
        return CountedIds()

    def test_bk42_shows_each_view_as_it_is_defined(
        self,
        begin: Begin[ClassroomWork],
        read: Begin[BookingReads],
        ids: Ids,
    ) -> None:
        """BK-42, BK-43: members, order, ties and total of every list of everybody."""

        @given(plan=lives(), now=moments())
        @settings(max_examples=EXAMPLES, deadline=None)
        def check(plan: Sequence[Life], now: datetime) -> None:
            found = _kept(begin, company(plan, ids))
            for account_id, role in found.roles():
                for view in VIEWS:
                    for status in STATUSES:
                        wanted = BookingList(
                            account_id=account_id,
                            role=role,
                            view=view,
                            status=status,
                            include_rescheduled=len(plan) % 2 == 0,
                            per_page=100,
                        )
                        with read() as reads:
                            page = reads.booking_queries.page(wanted, now=now)
                        shown = [each.booking for each in page.items]
                        assert shown == expected(found, wanted, now)
                        assert page.total == len(shown)
                        assert {each.viewer for each in page.items} <= {role}

        check()

    def test_bk46_counts_and_draws_what_there_is(
        self,
        begin: Begin[ClassroomWork],
        read: Begin[BookingReads],
        ids: Ids,
    ) -> None:
        """BK-46, AV-30: figures, and whatever owns time."""

        @given(plan=lives(), now=moments())
        @settings(max_examples=EXAMPLES, deadline=None)
        def check(plan: Sequence[Life], now: datetime) -> None:
            found = _kept(begin, company(plan, ids))
            day = Interval.lasting(now, timedelta(days=1))
            for instructor in found.instructors:
                mine = [each for each in found.bookings if each.instructor == instructor]
                with read() as reads:
                    figures = reads.booking_queries.counts(instructor, now=now)
                    taken = reads.booking_queries.taken(instructor, day, now=now)
                assert figures == counts(mine, now=now)
                owning = [each for each in mine if each.occupies(now) and each.lesson.overlaps(day)]
                owning.sort(key=lambda each: each.lesson.starts_at)
                assert [each.booking for each in taken] == owning
                assert {each.viewer for each in taken} <= {Party.INSTRUCTOR}

        check()

    def test_bk43_pages_are_slices_of_the_list(
        self, begin: Begin[ClassroomWork], read: Begin[BookingReads], ids: Ids
    ) -> None:
        """BK-43: whole, in order, with `has_next` and `has_prev`; empty beyond the end."""
        plan = [_given() for _ in range(7)]
        found = _kept(begin, company(plan, ids))
        account_id, role = found.roles()[0]
        pages = []
        for number in (1, 2, 3, 9):
            wanted = BookingList(account_id=account_id, role=role, page=number, per_page=2)
            with read() as reads:
                pages.append(reads.booking_queries.page(wanted, now=found.bookings[0].created_at))
        everything = BookingList(account_id=account_id, role=role)
        whole = expected(found, everything, found.bookings[0].created_at)
        assert [each.booking for page in pages for each in page.items] == whole
        assert [page.total for page in pages] == [4, 4, 4, 4]
        assert [(page.has_next, page.has_prev) for page in pages] == [
            (True, False),
            (False, True),
            (False, True),
            (False, True),
        ]

    def test_bk46_counts_nothing_for_a_new_instructor(
        self, read: Begin[BookingReads], ids: Ids
    ) -> None:
        with read() as reads:
            found = reads.booking_queries.counts(
                ids.new(InstructorId), now=datetime.fromisoformat("2030-01-01T00:00:00Z")
            )
        assert (found.total, found.completion_rate_bps, found.cancellation_rate_bps) == (
            0,
            None,
            None,
        )


def _given() -> Life:
    return Life(
        status=BookingStatus.COMPLETED,
        kind=CancelKind.BY_STUDENT,
        service=0,
        teacher=0,
        held_minutes=30,
        agreed=True,
    )


def _kept(begin: Begin[ClassroomWork], found: Company) -> Company:
    with begin() as work:
        for booking in found.bookings:
            work.bookings.add(booking)
    return found
