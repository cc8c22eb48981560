"""Mindbox: the client for the chain's project, and a sandbox of the server for trying and testing."""

from adapters.loyalty.mindbox.client import MindboxClient
from adapters.loyalty.mindbox.settings import MindboxSettings

__all__ = ["MindboxClient", "MindboxSettings"]
