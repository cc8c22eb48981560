"""The POS gateway: what we decide. What others decide lives in `adapters`."""

from datetime import UTC, datetime

__version__ = "0.1.0"

RELEASED = datetime(2026, 11, 21, tzinfo=UTC)
"""When this version was made: a computer whose clock says an earlier time has lost it."""
