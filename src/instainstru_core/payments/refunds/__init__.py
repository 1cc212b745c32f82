"""What operators give back after a lesson, and who bears it. Source: PY-52…PY-54."""
