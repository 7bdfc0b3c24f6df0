"""What intake decides: states, data and dates in; states, events and refusals out. No clock, no I/O, no randomness."""
