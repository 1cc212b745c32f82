"""When an instructor can be booked."""
