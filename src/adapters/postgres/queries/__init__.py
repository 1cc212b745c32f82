"""What screens read: one module a context."""
