"""What a feed is, and what may be fetched."""
