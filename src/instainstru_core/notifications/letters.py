"""The words of every letter, as pure functions of what they are about. Source: NT-11, NT-20.

People appear by first name and last initial alone, and times on the clocks of the lesson's place.
Source: AC-56, NT-13.
"""

from collections.abc import Mapping
from typing import Final

from instainstru_core.notifications.errors import UnknownTemplate
from instainstru_core.notifications.money_letters import MONEY_LETTERS
from instainstru_core.notifications.wording import BRAND, Letter, Wording, Words


def _sign_up_code(words: Words) -> Letter:
    return Letter(
        subject=f"{words['code']} is your {BRAND} code",
        lines=(
            "Hello,",
            "Type this code to confirm your e-mail address.",
            f"It works for {words['minutes']} minutes.",
            "If you did not ask for it, you can forget this mail: nothing happens without it.",
        ),
        code=words["code"],
    )


def _already_registered(words: Words) -> Letter:
    return Letter(
        subject=f"You already have an {BRAND} account",
        lines=(
            words.greeting,
            "Somebody, perhaps you, tried to sign up with this address, which has an account.",
            "Sign in with it instead. If it was not you, there is nothing to do.",
        ),
    )


def _welcome(words: Words) -> Letter:
    return Letter(
        subject=f"Welcome to {BRAND}",
        lines=(
            words.greeting,
            "Your account is ready: you can sign in with your e-mail address and password.",
        ),
    )


def _session_ended(words: Words) -> Letter:
    return Letter(
        subject=f"We signed you out of {BRAND} on one device",
        lines=(
            words.greeting,
            "An old sign-in of yours was used again, as if somebody had copied it, so we ended it.",
            "Sign in again. If you did nothing unusual yourself, choose a new password then.",
        ),
    )


def _booking_confirmed(words: Words) -> Letter:
    return Letter(
        subject=f"Confirmed: {words['service']} with {words['other_party']}",
        lines=(f"Your {words['service']} lesson with {words['other_party']} is confirmed.",),
        facts=words.lesson(),
    )


def _booking_rescheduled(words: Words) -> Letter:
    lesson = f"{words['service']} lesson with {words['other_party']}"
    return Letter(
        subject=f"Moved: {words['service']} with {words['other_party']}",
        lines=(f"Your {lesson} moved from {words['before']} to {words['when']}.",),
        facts=words.lesson(),
    )


def _booking_cancelled(words: Words) -> Letter:
    return Letter(
        subject=f"Cancelled: {words['service']} with {words['other_party']}",
        lines=(f"Your {words['service']} lesson with {words['other_party']} was cancelled.",),
        facts=words.lesson(),
    )


def _booking_cancellation_receipt(words: Words) -> Letter:
    return Letter(
        subject=f"You cancelled {words['service']} with {words['other_party']}",
        lines=(f"You cancelled your {words['service']} lesson with {words['other_party']}.",),
        facts=words.lesson(),
    )


def _booking_reminder(words: Words) -> Letter:
    lesson = f"{words['service']} with {words['other_party']}"
    return Letter(
        subject=f"Reminder: {lesson} {words['day']} at {words['time']}",
        lines=(f"Your lesson is {words['day']} at {words['time']}: {lesson}.",),
        facts=words.lesson(),
    )


def _no_show_reported(words: Words) -> Letter:
    lesson = f"{words['service']} lesson with {words['other_party']}"
    if until := words.get("until"):
        lines: tuple[str, ...] = (
            f"It was reported that you did not come to your {lesson}.",
            f"If you did come, say so by {until}: then we look into it before anything happens.",
            "If you say nothing, the report is taken to be true.",
        )
    else:
        lines = (
            f"{words['other_party']} opened an issue about your {lesson}.",
            "Its payment waits until we have looked into it.",
        )
    return Letter(
        subject=f"A report about {words['service']} with {words['other_party']}",
        lines=lines,
        facts=words.lesson(),
    )


_RESOLUTIONS: Final[Mapping[str, str]] = {
    "confirmed_no_dispute": "Nobody disputed it in time: the lesson counts as missed.",
    "confirmed_after_review": "We looked into it: the lesson counts as missed.",
    "no_show": "We looked into it: the lesson counts as missed.",
    "dispute_upheld": "We looked into it: the lesson counts as given.",
    "uphold": "We looked into it: the lesson counts as given.",
    "dismiss": "We looked into it: nothing changes.",
    "cancelled": "It was withdrawn or set aside: nothing changes.",
}


def _no_show_resolved(words: Words) -> Letter:
    lesson = f"{words['service']} lesson with {words['other_party']}"
    return Letter(
        subject=f"Settled: the report about {words['service']} with {words['other_party']}",
        lines=(
            f"What was reported about your {lesson} is settled.",
            _RESOLUTIONS[words["resolution"]],
        ),
        facts=words.lesson(),
    )


_CALENDAR_PROBLEMS: Final[Mapping[str, str]] = {
    "address_forbidden": "its address leads to a network that is not public",
    "malformed": "it is not written as calendars are",
    "not_a_calendar": "there is something else at its address",
    "not_found": "there is nothing at its address any more",
    "refused": "its server does not let us read it",
    "server_error": "its server has had trouble for a while",
    "too_large": "it is larger than 2 MB",
    "too_many_events": "there are more events in it than we can read",
    "too_many_redirects": "its address leads from one place to the next",
    "too_slow": "its server takes too long",
    "unknown_zone": "it names a time zone that nobody knows",
    "unreachable": "its server could not be reached for a while",
}


def _external_calendar_failed(words: Words) -> Letter:
    why = _CALENDAR_PROBLEMS.get(words["problem"], "something in it is wrong")
    return Letter(
        subject=f"We can't read your calendar at {words['host']}",
        lines=(
            f"We could not read it: {why}.",
            "The time it took when we last read it stays free of lessons.",
            "What changed since then, we don't know: look at it in your calendar settings.",
        ),
    )


def _waitlist_matched(words: Words) -> Letter:
    return Letter(
        subject=f"Free now: a lesson with {words['other_party']}",
        lines=(
            f"You wait for a time with {words['other_party']}.",
            f"{words['when']} is free, for {words['minutes']} minutes.",
            "It is held for nobody: whoever books first has it.",
        ),
    )


LETTERS: Final[Mapping[str, Wording]] = {
    **MONEY_LETTERS,
    "already_registered": _already_registered,
    "booking_cancellation_receipt": _booking_cancellation_receipt,
    "booking_cancelled": _booking_cancelled,
    "booking_confirmed": _booking_confirmed,
    "booking_rescheduled": _booking_rescheduled,
    "booking_reminder_1h": _booking_reminder,
    "booking_reminder_24h": _booking_reminder,
    "external_calendar_failed": _external_calendar_failed,
    "no_show_reported": _no_show_reported,
    "no_show_resolved": _no_show_resolved,
    "session_ended": _session_ended,
    "sign_up_code": _sign_up_code,
    "waitlist_matched": _waitlist_matched,
    "welcome": _welcome,
}


def letter(template: str, words: Mapping[str, object]) -> Letter:
    """The letter called *template*, about *words*.

    Raises:
        UnknownTemplate: Nobody wrote it.
        LetterIncomplete: A word is missing.
    """
    if template not in LETTERS:
        raise UnknownTemplate(template)
    return LETTERS[template](Words(template, words))
