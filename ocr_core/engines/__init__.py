"""Other people's recognisers behind our own protocol, for comparison: found where they are installed, never shipped."""
