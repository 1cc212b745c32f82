"""One module a step, each run under the previous release's code."""
