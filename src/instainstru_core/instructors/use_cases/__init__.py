"""What instructors can be asked to do, one module a use case."""
