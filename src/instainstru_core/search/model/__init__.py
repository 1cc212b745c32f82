"""What is asked for, what is offered, and in which order it is answered."""
