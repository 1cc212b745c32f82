"""What every mailer that is its own mailbox must do."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Protocol

from instainstru_core.notifications.model import Mail
from instainstru_core.notifications.ports import Mailbox, Mailer

RIVALS = 8


class KeptMail(Mailer, Mailbox, Protocol):
    """A mailer whose mails can be looked at."""


def some_mail(subject: str = "Hello", *, to: str = "anna@example.com") -> Mail:
    """A mail."""
    return Mail(
        to=to, template="welcome", subject=subject, text="Hi <Anna>", html="<p>Hi &lt;Anna&gt;</p>"
    )


class MailboxContract:
    """Inherit, and provide the fixture `mailbox`, empty."""

    def test_keeps_what_was_sent_newest_first(self, mailbox: KeptMail) -> None:
        for number in range(3):
            mailbox.send(some_mail(f"{number}"), key=f"key-{number}")
        kept = mailbox.latest()
        assert [each.mail.subject for each in kept] == ["2", "1", "0"]
        assert kept[0].mail == some_mail("2")
        assert [each.mail.subject for each in mailbox.latest(limit=1)] == ["2"]

    def test_one_key_sends_once(self, mailbox: KeptMail) -> None:
        """NT-7."""
        mailbox.send(some_mail("first"), key="key")
        mailbox.send(some_mail("again"), key="key")
        assert [each.mail.subject for each in mailbox.latest()] == ["first"]

    def test_finds_the_mails_of_one_address(self, mailbox: KeptMail) -> None:
        mailbox.send(some_mail("hers", to="Anna@Example.com"), key="a")
        mailbox.send(some_mail("his", to="boris@example.com"), key="b")
        hers = mailbox.latest(to="anna@example.COM")
        assert [each.mail.subject for each in hers] == ["hers"]
        assert mailbox.latest(to="nobody@example.com") == []

    def test_eight_rivals_send_once(self, mailbox: KeptMail) -> None:
        """NT-7."""
        barrier = Barrier(RIVALS)

        def rival(number: int) -> None:
            barrier.wait()
            mailbox.send(some_mail(str(number)), key="key")

        with ThreadPoolExecutor(RIVALS) as pool:
            list(pool.map(rival, range(RIVALS)))
        assert len(mailbox.latest()) == 1
