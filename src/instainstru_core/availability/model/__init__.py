"""Slots, days, weeks, and the free time that follows from them."""
