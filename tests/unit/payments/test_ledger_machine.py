"""Any order of events, any fault: the books balance and everything converges (spec 02 §10)."""

from hypothesis import HealthCheck, settings

from instainstru_core.testing.machines.ledger import LedgerMachine

TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
