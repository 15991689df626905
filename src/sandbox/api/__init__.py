"""The endpoints under /v1, one module per noun; what all nouns share is in `rest.py`."""
