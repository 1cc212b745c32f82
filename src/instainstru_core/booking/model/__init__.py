"""The booking: the one aggregate of this context."""
