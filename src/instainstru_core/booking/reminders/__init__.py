"""Reminders of lessons, a day and an hour before. Source: BK-49."""
