"""What a lesson costs, and what of it reaches the instructor."""
