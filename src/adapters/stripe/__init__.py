"""The card processor Stripe, and what it knows about people's identity."""
