"""Who teaches this, there, and is free then."""
