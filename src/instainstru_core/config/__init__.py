"""The documents that the platform is run by: versioned, signed by their author, never changed."""
