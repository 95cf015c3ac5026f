"""The arena: votes between two nameless readings of a line, what they say of engines, and the labels among them."""
