"""Any order of moves, cancellations and quarrels, any fault: the money goes where it should."""

from hypothesis import HealthCheck, settings

from instainstru_core.testing.machines.endings import EndingsMachine

TestEndings = EndingsMachine.TestCase
TestEndings.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
