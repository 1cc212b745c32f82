"""Any sequence of moves, refusals and lost answers keeps every chain and every cent whole."""

from hypothesis import settings

from instainstru_core.testing.machines.rescheduling import ReschedulingMachine

TestRescheduling = ReschedulingMachine.TestCase
TestRescheduling.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
