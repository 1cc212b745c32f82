"""What is drawn instead of written: SVG, made here, with words for those who cannot see it."""
