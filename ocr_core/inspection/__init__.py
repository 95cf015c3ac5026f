"""What an ONNX recogniser is: read from its bytes, and measured by running it where it can do no harm."""
