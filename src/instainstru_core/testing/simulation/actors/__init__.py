"""Who does what in a simulation, one module for each kind of business."""
