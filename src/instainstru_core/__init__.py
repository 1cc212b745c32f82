"""The rules of a lesson marketplace, without I/O: drive it through its ports."""
