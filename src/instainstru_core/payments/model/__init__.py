"""What the money of a lesson is made of."""
