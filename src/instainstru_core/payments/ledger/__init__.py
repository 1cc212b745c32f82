"""The books: every cent, twice."""
