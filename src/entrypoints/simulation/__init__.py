"""The money simulator as a command: many seeds at once, a summary, a picture, a replay."""
