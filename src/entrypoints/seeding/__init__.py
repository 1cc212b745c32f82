"""Sample people for demonstrations and measurements: always the same ones."""
