"""How long a line takes, measured."""
