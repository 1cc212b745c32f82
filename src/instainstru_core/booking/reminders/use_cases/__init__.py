"""What can be asked of reminders."""
