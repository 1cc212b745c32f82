"""One lesson, from hold to completion."""
