"""Doing what is due: a pump that claims, and threads that perform."""
