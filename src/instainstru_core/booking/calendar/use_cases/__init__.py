"""What can be asked of calendar files and feeds."""
