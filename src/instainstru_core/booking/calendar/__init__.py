"""Lessons in other calendars: a file of one, and a secret feed of all. Source: BK-47, BK-48."""
