"""Disputed charges, as the processor tells of them."""
