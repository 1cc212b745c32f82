"""What must still happen: reactions, timers and periodic jobs as rows. Source: OP-12, OP-13."""
