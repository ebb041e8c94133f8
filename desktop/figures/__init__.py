"""What the pages show of the past: sums of events, and of the use that the engine remembers."""
