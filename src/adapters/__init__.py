"""What the house does: adapters of the core's ports."""
