"""The words of letters about money, as pure functions of what they are about. Source: NT-20."""

from collections.abc import Mapping
from typing import Final

from instainstru_core.notifications.wording import Letter, Wording, Words


def _payment_failed(words: Words) -> Letter:
    if words.get("tip"):
        return Letter(
            subject=f"Your tip for {words['other_party']} was not paid",
            lines=(
                f"Your bank did not let us take your tip of {words['amount']}.",
                "Try again, or choose another card: you have 30 days after the lesson.",
            ),
            facts=words.lesson(),
        )
    given = (
        "You had this lesson, but your bank did not let us take the money for it.",
        "Choose another card, or try again: we will ask again every few hours.",
    )
    ahead = (
        "Your bank did not authorise the payment for this lesson.",
        "Choose another card, or try again: unpaid lessons are cancelled twelve hours before.",
    )
    return Letter(
        subject=f"Your card was declined for {words['service']}",
        lines=given if words.get("given") else ahead,
        facts=words.lesson(),
    )


def _payment_final_warning(words: Words) -> Letter:
    return Letter(
        subject=f"Last call: {words['service']} is about to be cancelled",
        lines=(
            "Your bank refused the payment for this lesson again.",
            "Choose another card now, or the lesson is cancelled.",
        ),
        facts=words.lesson(),
    )


def _payment_receipt(words: Words) -> Letter:
    if words.get("tip"):
        return Letter(
            subject=f"Receipt: {words['amount']} for {words['other_party']}",
            lines=(f"You gave {words['other_party']} a tip of {words['amount']}. Thank you.",),
            facts=(*words.lesson(), ("Tip", words["amount"])),
        )
    return Letter(
        subject=f"Receipt: {words['amount']} for {words['service']}",
        lines=(f"You paid {words['amount']} for your {words['service']} lesson. Thank you.",),
        facts=(*words.lesson(), ("Paid", words["amount"])),
    )


def _tip_received(words: Words) -> Letter:
    return Letter(
        subject=f"{words['other_party']} gave you a tip of {words['amount']}",
        lines=(
            f"{words['other_party']} gave you {words['amount']} on top of a lesson.",
            f"All of it is yours. The lesson was {words['service']}.",
        ),
        facts=(*words.lesson(), ("Tip", words["amount"])),
    )


def _payout_sent(words: Words) -> Letter:
    return Letter(
        subject=f"{words['amount']} is on its way to you",
        lines=(f"You earned {words['amount']} with your {words['service']} lesson.",),
        facts=(*words.lesson(), ("Earned", words["amount"])),
    )


def _floor_raised(words: Words) -> Letter:
    one = words["offerings"] == "1"
    which = "One of your services" if one else f"{words['offerings']} of your services"
    return Letter(
        subject="Your rate is below the new minimum",
        lines=(
            "The least that an hour may cost has gone up.",
            f"{which} can no longer be booked in every format that you offer.",
            "Raise the rate to be found and booked again. What is booked already keeps its price.",
        ),
    )


def _credit_expiring(words: Words) -> Letter:
    return Letter(
        subject=f"{words['amount']} of your credit runs out on {words['date']}",
        lines=(
            f"You have {words['amount']} of credit that can be spent until {words['date']}.",
            "Book a lesson before then, and choose your credit at checkout.",
        ),
        facts=(("Credit", words["amount"]), ("Runs out", words["date"])),
    )


def _booking_cancelled_payment_failed(words: Words) -> Letter:
    return Letter(
        subject=f"Cancelled: {words['service']} with {words['other_party']} was not paid",
        lines=(
            f"Your {words['service']} lesson with {words['other_party']} is off.",
            "No card paid for it in time, so nobody is charged and the time is free again.",
        ),
        facts=words.lesson(),
    )


def _payment_owed(words: Words) -> Letter:
    return Letter(
        subject=f"You owe {words['amount']} for {words['service']}",
        lines=(
            f"You had this lesson, and for three days no card of yours paid the {words['amount']}.",
            "Pay it under your payments to book again; until then you can't.",
        ),
        facts=(*words.lesson(), ("Owed", words["amount"])),
    )


def _payment_refunded(words: Words) -> Letter:
    return Letter(
        subject=f"{words['amount']} goes back to your card",
        lines=(
            f"We gave {words['amount']} back for your {words['service']} lesson.",
            "Your bank may take five to ten days to show it.",
        ),
        facts=(*words.lesson(), ("Refunded", words["amount"])),
    )


def _payout_failed(words: Words) -> Letter:
    return Letter(
        subject=f"We could not send you {words['amount']} yet",
        lines=(
            f"The {words['amount']} of your {words['service']} lesson are yours, and wait here.",
            "See whether your payout account needs something from you. We try again by ourselves.",
        ),
        facts=(*words.lesson(), ("Earned", words["amount"])),
    )


def _tier_changed(words: Words) -> Letter:
    return Letter(
        subject=f"Your commission is {words['rate']} from now on",
        lines=(
            f"Your commission changed from {words['before']} to {words['rate']}.",
            f"It depends on the lessons of the last weeks: you gave {words['lessons']}.",
        ),
    )


def _credit_granted(words: Words) -> Letter:
    ends = words.get("date")
    until = f"It can be spent until {ends}." if ends else "It does not run out."
    return Letter(
        subject=f"You have {words['amount']} of new credit",
        lines=(f"{words['amount']} of credit are yours to spend at checkout.", until),
        facts=(("Credit", words["amount"]),),
    )


MONEY_LETTERS: Final[Mapping[str, Wording]] = {
    "booking_cancelled_payment_failed": _booking_cancelled_payment_failed,
    "credit_expiring": _credit_expiring,
    "credit_granted": _credit_granted,
    "floor_raised": _floor_raised,
    "payment_failed": _payment_failed,
    "payment_final_warning": _payment_final_warning,
    "payment_owed": _payment_owed,
    "payment_receipt": _payment_receipt,
    "payment_refunded": _payment_refunded,
    "payout_failed": _payout_failed,
    "payout_sent": _payout_sent,
    "tier_changed": _tier_changed,
    "tip_received": _tip_received,
}
"""Every letter about money, by its name."""
