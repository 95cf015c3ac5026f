"""Recognisers of other projects, each turned into one ONNX file that is read like any own model."""
