"""Properties 10 and 12 of spec 02 §10, and PY-84, over any order of everything with credit."""

from hypothesis import HealthCheck, settings

from instainstru_core.testing.machines.credits import CreditMachine

TestCredit = CreditMachine.TestCase
TestCredit.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
