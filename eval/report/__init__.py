"""Runs as one offline HTML file."""
