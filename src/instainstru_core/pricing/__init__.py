"""What a lesson costs, and who gets which part."""
