"""What people type: `python -m entrypoints.cli --help`."""
