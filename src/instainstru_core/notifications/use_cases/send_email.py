"""Send one e-mail that was filed as due work.

Whoever wants a mail sent files, in its own unit of work,

    NewWork(handler="send_email", due_at=now, dedupe_key=…,
            payload={"to": address, "template": name, "data": {word: value, …}})

where *name* is one of `letters.LETTERS` and *data* has that letter's words, as text. A secret in it
(a code) lives in the row until the mail is sent, and is never written to a log.
"""

from typing import Final

from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import Payload
from instainstru_core.kernel.errors import Malformed
from instainstru_core.notifications.mails import compose
from instainstru_core.notifications.ports import Mailer

HANDLER: Final = "send_email"


def send_email(payload: Payload, *, key: WorkId, mailer: Mailer) -> None:
    """Compose the mail and send it, under the work item's id: once, however often it is tried.

    Raises:
        Malformed: The payload is not a mail of ours.
        MailRefused: It will never be sent.
        MailUnavailable: The service did not answer.
    """
    match payload:
        case {"to": str(to), "template": str(template), "data": dict(words)}:
            mailer.send(compose(template, words, to=to), key=str(key))
        case _:
            raise Malformed("expected a mail: its address, its template and its words")


def mail_to(to: str, template: str, words: Payload) -> Payload:
    """The payload that asks for one mail."""
    return {"to": to, "template": template, "data": dict(words)}
