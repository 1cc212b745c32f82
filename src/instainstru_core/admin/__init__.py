"""What the staff does for others, and sees of it. Source: spec 06 §2.5, BK-50…BK-53."""
