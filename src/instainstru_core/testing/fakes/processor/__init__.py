"""A card processor that exists only as rules: same commands, same answers, every time."""
