"""The demonstration's mailbox: mails go into a table, where everybody can read them."""

from collections.abc import Sequence

from attrs import frozen
from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.notifications import dev_mailbox
from instainstru_core.kernel.time import Clock
from instainstru_core.notifications.model import Mail
from instainstru_core.notifications.ports import SentMail

_SEND = insert(dev_mailbox).on_conflict_do_nothing(constraint="dev_mailbox_key_key")
_LATEST = select(dev_mailbox).order_by(dev_mailbox.c.number.desc()).limit(bindparam("rows"))
_LATEST_TO = _LATEST.where(func.lower(dev_mailbox.c.recipient) == func.lower(bindparam("to")))


@frozen
class PostgresMailbox:
    """The `Mailer` and `Mailbox` ports, on connections of its own: a mail can't be unsent."""

    _engine: Engine
    _clock: Clock

    def send(self, mail: Mail, *, key: str) -> None:
        """Keep *mail*; the same *key* again keeps nothing more."""
        values = {
            "key": key,
            "recipient": mail.to,
            "template": mail.template,
            "subject": mail.subject,
            "body_text": mail.text,
            "body_html": mail.html,
            "sent_at": self._clock.now(),
        }
        with self._engine.begin() as connection:
            connection.execute(_SEND, values)

    def latest(self, *, to: str | None = None, limit: int = 50) -> Sequence[SentMail]:
        """The last mails, newest first."""
        statement = _LATEST if to is None else _LATEST_TO
        values = {"rows": limit} if to is None else {"rows": limit, "to": to}
        with self._engine.connect() as connection:
            rows = connection.execute(statement, values).all()
        return [
            SentMail(
                mail=Mail(
                    to=row.recipient,
                    template=row.template,
                    subject=row.subject,
                    text=row.body_text,
                    html=row.body_html,
                ),
                key=row.key,
                sent_at=row.sent_at,
            )
            for row in rows
        ]
