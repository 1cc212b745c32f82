"""Lessons by video: an optional module, off unless a deployment turns it on. Source: BK-54."""
