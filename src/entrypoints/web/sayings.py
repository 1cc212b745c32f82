"""What a page says after something was done, or could not be: by name, in the reader's language.

A name travels in a cookie or comes from a refusal's `code`; what it says is looked up here, so
nobody can make a page say what he likes.
"""

from typing import Final

from entrypoints.web.marks import N_

SAYINGS: Final = {
    "signed_in": N_("Welcome back."),
    "signed_out": N_("You are signed out."),
    "registered": N_("Welcome! Your account is ready."),
    "lesson_booked": N_("Your lesson is booked."),
    "lesson_cancelled": N_("The lesson is cancelled."),
    "lesson_moved": N_("The lesson has a new time."),
    "week_saved": N_("Your week is saved."),
    "saved": N_("Saved."),
}
"""After something was done."""

NOT_POSSIBLE: Final = N_("That is not possible right now. Nothing was changed.")

REFUSALS: Final = {
    "invalid_credentials": N_("This e-mail and password don't belong together."),
    "not_found": N_(
        "The page may have moved, or the link may be incomplete. Search for a lesson instead."
    ),
    "csrf_origin_mismatch": N_(
        "The form came from another site. Open the page here, and try again."
    ),
}
"""What codes of refusals mean to the reader, and what to do next."""
