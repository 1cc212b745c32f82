"""How the world drives the core: HTTP, workers, command line."""
