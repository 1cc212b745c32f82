"""Words that every context speaks: money, time, ids, errors, events, units of work."""
