"""Comparing the books with the processor's, night by night."""
