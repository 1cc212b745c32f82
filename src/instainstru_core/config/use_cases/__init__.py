"""What can be done with configuration documents, one module a use case."""
