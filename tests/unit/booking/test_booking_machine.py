"""Any sequence of use cases keeps every calendar sound."""

from hypothesis import settings

from instainstru_core.testing.machines.booking import BookingMachine

TestBookings = BookingMachine.TestCase
TestBookings.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
