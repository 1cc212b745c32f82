"""Students who wait for a time: told in the order in which they asked, as soon as it is free."""
