"""What the dashboard is made of: a file a page. Pages read stored results and compute none."""
