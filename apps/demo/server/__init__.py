"""What the demo needs before strangers may use it: one at a time, time limits, no address of another host fetched."""
