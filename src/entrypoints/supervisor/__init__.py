"""Runs the whole platform on one machine, for demonstrations."""
