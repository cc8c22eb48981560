"""The POS gateway: what we decide. What others decide lives in `adapters`."""

__version__ = "0.1.0"
