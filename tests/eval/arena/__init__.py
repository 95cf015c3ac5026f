"""The arena: votes, ranking, labels."""
