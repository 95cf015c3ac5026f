"""What the demo is made of: a folder a tab, one for the server, and here what tabs share."""
