"""The page where a person plays Lawmatics: moves matters, breaks things on purpose, watches the requests."""

from sandbox.console.routes import respond

__all__ = ["respond"]
