"""What the domain's refusals mean to the reader, by code: what is, and what to do next.

Source: SE-23; the codes are those of spec 01…04.
"""

from typing import Final

from entrypoints.web.marks import N_

_PEOPLE: Final = {
    "account_deactivated": N_("This account was closed. Write to us if you want it back."),
    "account_locked": N_("Your account cannot book for now. Pay what is open, or write to us."),
    "account_restricted": N_("Your account cannot do this for now. Write to us, and we look."),
    "account_suspended": N_(
        "Your account can look at everything, but change nothing for now. Write to us about it."
    ),
    "challenge_invalid": N_(
        "This is not the code, or it is too old. Look again, or ask for a new one."
    ),
    "challenge_locked": N_("Too many wrong codes. Wait a while, and then ask for a new one."),
    "email_already_registered": N_("This e-mail has an account already. Sign in instead."),
    "idempotency_key_reused": N_(
        "This form was sent before with something else in it. Open it anew, and fill it in again."
    ),
    "invalid_credentials": N_("This e-mail and password don't belong together."),
    "invalid_token": N_("Please sign in first."),
    "operation_in_progress": N_("This is being done right now. Look again in a moment."),
    "password_rejected": N_("This password is too easy to guess. Choose a longer one."),
    "permission_denied": N_(
        "You may be signed in with another account than the one that it belongs to."
    ),
    "proof_invalid": N_(
        "It took a little too long, or the account is there already."
        " Ask for a new code, or sign in."
    ),
    "rate_limited": N_("That was a little too fast. Wait a moment, and then try again."),
    "refresh_reuse_detected": N_("To be safe, we signed you out. Please sign in again."),
    "session_expired": N_("You were away for a while. Please sign in again."),
    "sign_in_busy": N_("Many people sign in right now. Try again in a few seconds."),
    "unavailable": N_("Something that we need does not answer. Try again in a moment."),
    "version_conflict": N_(
        "It was changed elsewhere in the meantime. Look at how it stands, and save again."
    ),
    "precondition_required": N_("Open the page anew, and save again."),
    "not_found": N_(
        "The page may have moved, or the link may be incomplete. Search for a lesson instead."
    ),
    "gone": N_("It was here once, and is no more. Start from the home page."),
    "csrf_origin_mismatch": N_(
        "The form came from another site. Open the page here, and try again."
    ),
    "overloaded": N_("Many people are here right now. Try again in a moment: nothing is lost."),
    "database_unavailable": N_("We can't look anything up right now. Try again in a moment."),
    "validation_failed": N_("This doesn't look right. Correct it, and send it again."),
}
_TIMES: Final = {
    "instructor_conflict": N_("Somebody was a moment faster. Here are the next free times."),
    "buffer_conflict": N_("That is too close to another lesson. Choose a time a little apart."),
    "student_conflict": N_("You have a lesson at that time already. Choose another time."),
    "blackout_date": N_("The instructor is away on that day. Choose another one."),
    "time_not_open": N_("This time is not open any more. Choose another one."),
    "format_not_open": N_("Not in this way at that time. Choose another time or another way."),
    "in_past": N_("This time has passed. Choose a later one."),
    "insufficient_notice": N_("That is too soon for the instructor. Choose a later time."),
    "overnight_protection": N_(
        "Early lessons can't be booked late in the evening. Choose a later time."
    ),
    "beyond_horizon": N_("That is too far ahead. Choose an earlier day."),
    "out_of_horizon": N_("That is too far ahead. Choose an earlier day."),
    "crosses_midnight": N_("A lesson ends on the day on which it begins. Choose an earlier time."),
    "nonexistent_local_time": N_("The clocks change then, and this time does not exist."),
    "invalid_start_time": N_("Lessons don't begin at that minute. Choose one of the shown times."),
    "invalid_duration": N_("No lesson is that long. Choose one of the shown lengths."),
    "duration_not_offered": N_("It is not taught for so long. Choose another length."),
    "invalid_time": N_("This is not a time of day."),
    "unaligned_time": N_("Times are in steps of five minutes."),
    "invalid_range": N_("The end must come after the start."),
    "invalid_formats": N_("Choose at least one way to teach."),
    "invalid_weekdays": N_("None of these days of the week is among the dates."),
    "invalid_buffers": N_("The time for traveling can't be shorter than the usual pause."),
    "too_many_windows": N_("That is more than a day can hold. Join some of the times."),
    "too_many_operations": N_("That is too much at once. Save in several steps."),
    "not_monday": N_("Weeks begin on Monday. Choose the week again."),
    "week_mismatch": N_("A day of another week slipped in. Open the week anew."),
    "same_week": N_("A week can't be copied onto itself. Choose another one."),
    "range_in_past": N_("These days have passed. Choose later ones."),
    "range_too_long": N_("These are too many days at once. Choose fewer."),
    "invalid_period": N_("It must begin before it ends, and be no longer than two years."),
    "blackout_exists": N_("You are away on that day already."),
    "blackout_not_found": N_("That day is open already."),
    "edit_not_found": N_("That change can't be undone any more. Change the week by hand."),
    "subscription_exists": N_("You are waiting for exactly this already."),
    "subscription_not_found": N_("You are not waiting for this any more."),
    "too_many_subscriptions": N_("You wait for as much as one can. Take something off first."),
    "own_calendar": N_("Nobody needs to wait for themselves."),
    "feed_exists": N_("This calendar was added before."),
    "too_many_feeds": N_("You have as many calendars as one can have. Remove one first."),
    "invalid_feed_address": N_("This is not the address of a calendar. Copy its secret iCal link."),
    "feed_address_forbidden": N_("This address is not on the internet, so we can't read it."),
    "external_calendar_not_found": N_("This calendar was removed before."),
}
_BOOKINGS: Final = {
    "self_booking": N_("You can't book a lesson with yourself."),
    "instructor_not_bookable": N_("This instructor takes no new lessons now. Look at others."),
    "instructor_not_found": N_("This instructor is not here any more. Look at others."),
    "service_not_found": N_("This lesson is not taught any more. Look at others."),
    "service_mismatch": N_("This instructor does not teach that. Look at what they teach."),
    "travel_not_offered": N_("This instructor doesn't travel for this. Choose another way."),
    "studio_not_offered": N_("There is no studio for this lesson. Choose another way."),
    "online_not_offered": N_("This lesson isn't taught online. Choose another way."),
    "format_not_offered": N_("It isn't taught in this way. Choose another one."),
    "price_below_floor": N_("The lesson costs less than is allowed here. Choose a longer one."),
    "address_required": N_("Please say where the lesson is to be."),
    "coordinates_required": N_("Please choose the place on the list, so that we can find it."),
    "invalid_coordinates": N_("We can't find this place. Choose another one."),
    "outside_service_area": N_("The instructor doesn't travel there. Choose another place or way."),
    "outside_region": N_("This place is outside of the city. Choose another one."),
    "unknown_region": N_("We don't know this neighborhood. Choose one of the list."),
    "unknown_service": N_("We don't know this subject. Choose one of the list."),
    "invalid_filter": N_("Nothing can match that. Take a filter off."),
    "invalid_cursor": N_("This list has changed. Look at it from the beginning."),
    "too_many_holds": N_("You hold as many times as one can. Pay for one, or let one go, first."),
    "hold_expired": N_("We kept the time for you as long as we could. Choose it again."),
    "invalid_state": N_("That is not possible any more. Look at how it stands now."),
    "booking_cancelled": N_("This lesson was called off in the meantime. Nothing was charged."),
    "lesson_started": N_("The lesson has begun. If something went wrong, tell us on its page."),
    "lesson_not_started": N_("The lesson has not begun yet."),
    "lesson_not_ended": N_("The lesson is not over yet. Come back when it is."),
    "lesson_not_online": N_("You meet in person: there is no video room."),
    "join_window_closed": N_("The room opens five minutes before the lesson, and closes after it."),
    "video_unavailable": N_("The video does not answer. Try again in a moment."),
    "no_change": N_("The lesson is at that time already. Choose another one."),
    "reschedule_locked": N_("This lesson was moved late, and can't be moved again."),
    "reschedule_window_closed": N_("It is too late to move the lesson. You can still cancel it."),
    "reschedule_limit_reached": N_(
        "This lesson was moved before. You can cancel it, and book anew."
    ),
    "late_reschedule_price_change": N_(
        "So close to the lesson only a time of the same price works. Choose another one."
    ),
    "no_show_window_closed": N_("This can be said up to a day after the lesson. Write to us."),
    "no_show_open": N_("Somebody was reported missing: that has to be settled first."),
    "already_reported": N_("You told us before. We are looking into it."),
    "already_disputed": N_("You objected before. We are looking into it."),
    "already_resolved": N_("This was settled before."),
    "already_settled": N_("The money of this lesson is settled. Write to us if that is wrong."),
    "dispute_window_closed": N_("The day to object is over. Write to us about it."),
    "issue_window_closed": N_("This can be said up to a day after the lesson. Write to us."),
}
_MONEY: Final = {
    "card_declined": N_("The bank said no. Nothing was charged: try another card."),
    "card_in_use": N_("This card is kept with another account. Use another one."),
    "card_setup_unfinished": N_("The card form was not finished. Fill it in again."),
    "payment_method_required": N_("Choose a card to pay with."),
    "payment_method_in_use": N_("A lesson is to be paid with this card. Add another one first."),
    "payment_method_limit_reached": N_("You have ten cards. Remove one first."),
    "payment_not_retryable": N_("There is nothing to pay here now. Look at the lesson."),
    "processor_unavailable": N_(
        "The card processor does not answer. Look at the lesson in a moment: nothing is paid twice."
    ),
    "quote_changed": N_("The price has changed since you saw it. Look at it, and agree again."),
    "credit_balance_negative": N_("Your credit is below zero. Pay what is open first."),
    "credit_fixed": N_("Credit can't be added any more: the money was taken."),
    "credit_not_found": N_("This credit is not there any more."),
    "negative_credit": N_("Credit can't be less than nothing."),
    "debt_outstanding": N_("Something is still to be paid. Pay it first, and go on then."),
    "debt_paid": N_("This is paid already. Thank you!"),
    "debt_amount_out_of_range": N_("Pay no more than is open, and at least 50 cents."),
    "already_tipped": N_("You gave a tip for this lesson. Thank you!"),
    "tip_not_allowed": N_("Tips are for lessons that were given, and not too long ago."),
    "tip_in_progress": N_("Another tip is being paid right now. Look again in a moment."),
    "tip_amount_out_of_range": N_("A tip of that size does not work. Choose another amount."),
    "receipt_not_found": N_("There is no receipt yet: nothing was charged."),
    "nothing_to_refund": N_("There is nothing to give back."),
    "already_refunded": N_("Everything was given back already."),
    "refund_window_closed": N_("It is too long ago to give it back to the card. Write to us."),
    "amount_exceeds_remaining": N_("That is more than is left."),
    "instructor_not_payable": N_("This instructor can't be paid yet. Look at others."),
    "not_onboarded": N_("Finish your payout account first: it takes a few minutes."),
    "instant_payout_out_of_range": N_("At least a dollar, and no more than there is."),
    "payouts_already_held": N_("Your payouts are being looked at. Write to us about it."),
}
_TEACHING: Final = {
    "go_live_prerequisites": N_("Something is still missing before people can find you."),
    "no_location_options": N_("Choose at least one way to teach."),
    "no_service_areas": N_("Choose the neighborhoods that you travel to first."),
    "no_teaching_locations": N_("Say where your studio is first."),
    "online_not_supported": N_("This can't be taught through a screen. Choose another way."),
    "rate_below_floor": N_("An hour costs less than is allowed here. Ask for a little more."),
    "service_already_offered": N_("You offer this already. Change it instead."),
    "service_area_in_use": N_("You still travel for a lesson. Change its ways to teach first."),
    "teaching_location_in_use": N_("You still teach a lesson there. Change its ways first."),
    "invalid_service": N_("This can't be taught here. Choose one of the list."),
    "profile_exists": N_("You have a profile already."),
}

REFUSAL_WORDS: Final = {**_PEOPLE, **_TIMES, **_BOOKINGS, **_MONEY, **_TEACHING}
"""What codes of refusals mean to the reader, and what to do next."""
