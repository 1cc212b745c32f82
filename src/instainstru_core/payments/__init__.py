"""The money of a lesson, to the cent."""
