"""What a unit of work consists of, by subject."""
