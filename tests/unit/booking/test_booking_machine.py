"""Any sequence of use cases keeps every calendar sound."""

from hypothesis import settings

from instainstru_core.testing.machines.booking import BookingMachine
from instainstru_core.testing.machines.claims import ClaimsMachine

TestBookings = BookingMachine.TestCase
TestBookings.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

TestClaims = ClaimsMachine.TestCase
TestClaims.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
