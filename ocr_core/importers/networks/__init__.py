"""Networks of other projects, rebuilt in PyTorch from what is published of them; the only part that needs it."""
