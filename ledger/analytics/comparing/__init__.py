"""Communities side by side, intervals, and what may be disclosed."""
