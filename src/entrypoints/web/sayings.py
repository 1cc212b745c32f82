"""What a page says after something was done, or could not be: by name, in the reader's language.

A name travels in a cookie or comes from a refusal's `code`; what it says is looked up here, so
nobody can make a page say what he likes.
"""

from typing import Final

from entrypoints.web.marks import N_
from entrypoints.web.refusal_words import REFUSAL_WORDS

SAYINGS: Final = {
    "signed_in": N_("Welcome back."),
    "signed_out": N_("You are signed out."),
    "registered": N_("Welcome! Your account is ready."),
    "lesson_booked": N_("Your lesson is booked."),
    "lesson_cancelled": N_("The lesson is cancelled."),
    "lesson_moved": N_("The lesson has a new time."),
    "tipped": N_("Thank you: your tip is on its way."),
    "reported": N_("Thank you for telling us. No money moves until we have looked."),
    "week_saved": N_("Your week is saved."),
    "week_saved_in_part": N_("Saved. Days that are long past, or over, stay as they were."),
    "week_merged": N_("Both are in: your changes, and those of your other device."),
    "week_copied": N_("This week is like the other one now."),
    "week_repeated": N_("The next weeks are like this one now."),
    "week_empty": N_("That week is closed all day, so nothing was copied from it."),
    "edit_undone": N_("That change is undone."),
    "days_blocked": N_("You are away then: nobody can book you on those days."),
    "day_back": N_("You are back on that day."),
    "nothing_changed": N_("It was like that already: nothing had to be changed."),
    "saved": N_("Saved."),
    "became_student": N_("You are the student now."),
    "became_instructor": N_("You are the instructor now."),
    "became_admin": N_("You are the administrator now."),
    "clock_pushed": N_("The clock was pushed forward."),
    "lesson_completed": N_("Thank you: the lesson is completed."),
    "report_sent": N_("Your report is sent. The student has a day to object."),
    "report_withdrawn": N_("The report is taken back."),
    "report_disputed": N_("Your objection is sent. We look at it."),
    "listed": N_("You are live: students can find you now."),
    "paused": N_("You are hidden now. Lessons that are booked stay."),
    "offering_added": N_("Your new service can be booked now."),
    "offering_withdrawn": N_("The service is withdrawn. Lessons that are booked stay."),
    "calendar_added": N_("The calendar is added. We read it in a moment."),
    "calendar_removed": N_("The calendar is removed, and its time is free again."),
    "calendar_asked": N_("We read the calendar in a moment."),
    "feed_gone": N_("The address of your calendar leads nowhere now."),
    "payout_asked": N_("The payout is on its way to your bank."),
    "card_added": N_("The card is kept."),
    "card_removed": N_("The card is removed."),
    "card_changed": N_("This card pays for the lesson now."),
    "debt_paid": N_("Thank you: it is paid."),
}
"""After something was done."""

NOT_POSSIBLE: Final = N_("That is not possible right now. Nothing was changed.")

ODD_ADDRESS: Final = N_("An e-mail address looks like name@example.com.")

PASSWORD_REASONS: Final = {
    "too_short": N_("It needs at least 12 characters."),
    "too_long": N_("It may have 256 characters at most."),
    "too_repetitive": N_("It says the same few letters again and again."),
    "contains_context": N_(
        "It is mostly your name, your address or “password”, which others try first."
    ),
    "too_common": N_("It is one that many people use, so it is tried first."),
}
"""Why a password is not good enough. Source: AC-9."""

REFUSALS: Final = {**REFUSAL_WORDS}
"""What codes of refusals mean to the reader, and what to do next."""
