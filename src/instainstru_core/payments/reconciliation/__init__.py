"""The books beside the processor's: what agrees, what doesn't, and what became of it."""
