"""The networks, as pure PyTorch modules: image to log-probabilities."""
