"""Valkey: what is shared, quick, and may be lost."""
