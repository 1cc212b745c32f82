"""What can be asked about external calendars, one module each."""
