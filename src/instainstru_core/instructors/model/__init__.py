"""Those who teach, and what they offer."""
