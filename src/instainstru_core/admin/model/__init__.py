"""The words of the console: acts, what they do, and what was done."""
