"""What students and the processor do about tips."""
