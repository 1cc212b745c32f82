"""Where lessons happen: regions, areas, addresses."""
