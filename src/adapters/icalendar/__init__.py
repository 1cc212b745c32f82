"""Calendars of the world outside, read with care. Source: spec 01 §11."""
