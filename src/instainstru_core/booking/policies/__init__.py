"""What booking decides: pure functions over frozen facts."""
