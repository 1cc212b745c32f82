"""Servers that come as wheels: started beside the process that needs them, gone when it goes."""
