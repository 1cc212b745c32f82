"""The world in memory, verified by the same contracts as the real adapters."""
