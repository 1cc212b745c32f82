"""What notifications refuses, and why."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import DomainError, Malformed, NotFound, Unavailable
from instainstru_core.notifications.ids import NotificationId


@frozen
class NotificationNotFound(NotFound):
    """No such notification, or another person's. Source: NT-17."""

    notification_id: NotificationId

    def __str__(self) -> str:
        return f"no notification {self.notification_id}"


@frozen
class UnknownTemplate(Malformed):
    """Nobody wrote such a letter: a defect of ours."""

    template: str

    def __str__(self) -> str:
        return f"no letter is called {self.template!r}"


@frozen
class LetterIncomplete(Malformed):
    """A letter needs a word that was not given: a defect of ours."""

    template: str
    word: str

    def __str__(self) -> str:
        return f"the letter {self.template!r} needs {self.word!r}"


class MailRefused(DomainError):
    """The mail service will never take this mail. Source: NT-7."""

    code: ClassVar[str] = "mail_refused"


class MailUnavailable(Unavailable):
    """The mail service did not answer; the same mail with the same key may pass later."""

    code: ClassVar[str] = "mail_unavailable"
