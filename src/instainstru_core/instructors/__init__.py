"""Who teaches what, where and at which rate."""
