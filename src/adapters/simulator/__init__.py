"""The simulated card processor, reached over HTTP."""
