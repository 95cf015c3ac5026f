"""Where lines are, and how they are brought level: classical means, no network."""
