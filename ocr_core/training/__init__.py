"""Training on drawn lines; needs PyTorch."""
