"""Alarms in the log: what a watcher of the log looks for. Source: spec 02 §7, OP-8."""

import pytest
from structlog.testing import capture_logs

from entrypoints.alarms import LoggedAlarms
from instainstru_core.notifications.model import Alarm


@pytest.mark.parametrize(("is_grave", "level"), [(False, "warning"), (True, "error")])
def test_an_alarm_is_one_line_with_its_figures(*, is_grave: bool, level: str) -> None:
    """SE-35: only what the alarm itself has is in it."""
    with capture_logs() as lines:
        LoggedAlarms().ring(
            Alarm(name="payment.disputed", facts={"amount": 2500}, is_grave=is_grave)
        )
    assert lines == [
        {"event": "alarm", "alarm": "payment.disputed", "amount": 2500, "log_level": level}
    ]
