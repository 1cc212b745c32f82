"""Points, distances, and the regions of the city."""
