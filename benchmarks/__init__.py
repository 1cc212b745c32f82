"""What the house costs, measured: run with `make bench`."""
