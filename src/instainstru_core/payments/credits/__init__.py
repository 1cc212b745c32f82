"""The credit students have with the platform."""
