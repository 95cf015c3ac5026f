"""What the dashboard is made of: its pages in a folder of their own, and here what they share."""
