"""The schema, as data: one module a context, private to this adapter."""
