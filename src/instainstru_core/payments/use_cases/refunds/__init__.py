"""Refunds, from the order to what the processor made of it."""
