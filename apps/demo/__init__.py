"""What the demo is made of: a file a tab, and what tabs share."""
