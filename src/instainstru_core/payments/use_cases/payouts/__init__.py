"""Instructors' accounts: links, schedules, payouts to banks, and what holds transfers."""
