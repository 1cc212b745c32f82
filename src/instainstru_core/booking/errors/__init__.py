"""What booking refuses, and why."""
