"""What can be asked about claims."""
