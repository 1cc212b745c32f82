"""What students owe, and what their standing makes of it."""
