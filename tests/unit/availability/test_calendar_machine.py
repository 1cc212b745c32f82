"""Edits of a calendar, checked against a plain model. Source: spec 01 §10.1…5, §11."""

from hypothesis import settings

from instainstru_core.testing.machines.calendar import CalendarMachine

TestCalendarMachine = CalendarMachine.TestCase
TestCalendarMachine.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
