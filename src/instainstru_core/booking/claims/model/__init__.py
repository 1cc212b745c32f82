"""Reports and issues: the two kinds of claims."""
