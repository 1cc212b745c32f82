"""What the staff can ask for."""
