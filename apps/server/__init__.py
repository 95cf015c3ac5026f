"""The service: reading over HTTP for programs, with the demo on the same port: `python -m apps.server`."""
