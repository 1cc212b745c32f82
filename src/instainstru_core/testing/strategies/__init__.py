"""Hypothesis strategies, built with the smart constructors."""
