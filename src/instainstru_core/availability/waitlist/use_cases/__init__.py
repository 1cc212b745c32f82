"""What can be asked of waitlists."""
