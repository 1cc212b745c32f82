"""One module for each subject that people look at."""
