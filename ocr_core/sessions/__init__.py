"""Model files, and what runs them: arrays in, log-probabilities out."""
