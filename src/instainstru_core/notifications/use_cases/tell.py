"""Tell one person one thing: in the app at once, by mail as soon as it can be sent."""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.letters import letter
from instainstru_core.notifications.model import WITHOUT_MAIL, Kind, Notification, notification_key
from instainstru_core.notifications.ports import TellingWork
from instainstru_core.notifications.use_cases.send_email import HANDLER, mail_to


@frozen(kw_only=True)
class Tell:
    """*recipient* shall know what happened to *subject*; *occurrence* tells repetitions apart."""

    recipient: AccountId
    kind: Kind
    subject: str
    occurrence: str
    words: Mapping[str, str]
    data: Mapping[str, str]


def tell(request: Tell, *, work: TellingWork, ids: Ids, now: datetime) -> bool:
    """Keep the notification and file its mail in this unit; False when it was told before.

    Some things are told in the app alone. Source: NT-1, NT-2, NT-20.
    """
    written = letter(request.kind, request.words)
    key = notification_key(
        request.kind,
        subject=request.subject,
        recipient=request.recipient,
        occurrence=request.occurrence,
    )
    notification = Notification(
        notification_id=ids.new(NotificationId),
        account_id=request.recipient,
        kind=request.kind,
        key=key,
        title=written.subject,
        body=written.summary,
        data=request.data,
        created_at=now,
    )
    if not work.notifications.add(notification):
        return False
    if request.kind in WITHOUT_MAIL:
        return True
    account = work.accounts.get(request.recipient)
    work.work_items.file(
        NewWork(
            handler=HANDLER,
            payload=mail_to(account.email, request.kind, request.words),
            due_at=now,
            dedupe_key=f"mail:{key}",
        )
    )
    return True
