"""Calendars kept elsewhere, whose time is not for lessons either. Source: spec 01 §11."""
