"""The simulated card processor as a server of its own: for the demonstration and for tests."""
