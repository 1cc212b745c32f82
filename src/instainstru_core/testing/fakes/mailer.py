"""A mail service that keeps everything."""

from collections.abc import Sequence
from threading import Lock

from attrs import Factory, define, field

from instainstru_core.kernel.time import Clock
from instainstru_core.notifications.errors import MailUnavailable
from instainstru_core.notifications.model import Mail
from instainstru_core.notifications.ports import SentMail


@define
class InMemoryMailbox:
    """The `Mailer` and `Mailbox` ports. While *is_down*, nothing is sent."""

    _clock: Clock
    is_down: bool = False
    _sent: dict[str, SentMail] = Factory(dict)
    _writing: Lock = field(factory=Lock, init=False)

    def send(self, mail: Mail, *, key: str) -> None:
        """Keep *mail*; the same *key* again keeps nothing more."""
        if self.is_down:
            raise MailUnavailable
        with self._writing:
            self._sent.setdefault(key, SentMail(mail=mail, key=key, sent_at=self._clock.now()))

    def latest(self, *, to: str | None = None, limit: int = 50) -> Sequence[SentMail]:
        """The last mails, newest first."""
        wanted = [
            sent
            for sent in reversed(self._sent.values())
            if to is None or sent.mail.to.lower() == to.lower()
        ]
        return wanted[:limit]
