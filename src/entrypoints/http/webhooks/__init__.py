"""What other systems tell us, each in its own way of proving who it is."""
