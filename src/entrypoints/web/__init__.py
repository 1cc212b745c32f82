"""The pages: rendered here, in the process of the API, over the same use cases (ADR 0043)."""
