"""The results this repository carries, and what makes them."""
