"""What students wait for, and who of them is to be told."""
