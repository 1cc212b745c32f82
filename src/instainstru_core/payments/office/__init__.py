"""What operators see of payments, and what they can do about each. Source: PY-58."""
