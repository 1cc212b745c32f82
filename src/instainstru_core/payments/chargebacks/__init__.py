"""What banks take back, and what the platform gets of it. Source: PY-56, PY-57."""
