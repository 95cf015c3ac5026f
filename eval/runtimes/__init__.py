"""Whether a model reads the same on every runtime, and what each costs."""
