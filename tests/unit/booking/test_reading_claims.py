"""What was said against a lesson, as its two people see it. Source: BK-36, BK-41."""

import pytest

from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.read_claims import read_claims
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.testing.world import HOUR, World


def test_claims_are_read_by_the_two_of_a_lesson_and_by_nobody_else() -> None:
    world = World()
    jane, anna, bob = world.instructor("Jane"), world.student("Anna"), world.student("Bob")
    lesson = world.book(anna, jane).booking_id
    none = read_claims(lesson, viewer=jane.account_id, begin=world.ports.begin)
    assert (none.report, none.issue) == (None, None)

    world.advance(73 * HOUR)
    asked = ReportNoShow(principal=jane, booking_id=lesson, type=NoShowType.STUDENT)
    report_no_show(asked, begin=world.ports.begin, clock=world.clock)
    for party in (jane, anna):
        found = read_claims(lesson, viewer=party.account_id, begin=world.ports.begin)
        assert found.report is not None
        assert found.report.type is NoShowType.STUDENT
    with pytest.raises(BookingNotFound):
        read_claims(lesson, viewer=bob.account_id, begin=world.ports.begin)


def test_an_open_issue_is_open_too() -> None:
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    lesson = world.book(anna, jane).booking_id
    world.advance(73 * HOUR)
    asked = OpenIssue(principal=anna, booking_id=lesson, reason="we ended far too early")
    open_issue(asked, begin=world.ports.begin, clock=world.clock)
    found = read_claims(lesson, viewer=anna.account_id, begin=world.ports.begin)
    assert found.issue is not None
