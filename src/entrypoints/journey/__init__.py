"""A black-box client that plays the main job against a running platform, over HTTP alone."""
