"""Hypothesis state machines over whole stories."""
