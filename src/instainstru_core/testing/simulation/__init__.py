"""Months of lessons and money in a few seconds, with everything going wrong that can."""
