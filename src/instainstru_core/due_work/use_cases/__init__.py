"""What due work can be asked to do, one module a use case."""
