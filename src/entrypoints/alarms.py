"""Alarms, as lines of the log that can be watched for. Source: spec 02 §7, OP-8."""

import structlog
from attrs import field, frozen

from instainstru_core.notifications.model import Alarm


@frozen
class LoggedAlarms:
    """The `Alarms` port: each is one line, a grave one an error."""

    _log: structlog.stdlib.BoundLogger = field(factory=structlog.get_logger)

    def ring(self, alarm: Alarm) -> None:
        """Write *alarm* down."""
        write = self._log.error if alarm.is_grave else self._log.warning
        write("alarm", alarm=alarm.name, **alarm.facts)
