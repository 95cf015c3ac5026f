"""The Page tab: a photo, scan or PDF, its lines found and read."""
