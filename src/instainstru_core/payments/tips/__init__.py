"""Tips: what a student gives on top of a lesson, all of it to the instructor."""
