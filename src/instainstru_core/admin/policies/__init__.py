"""Pure decisions of the staff's console."""
