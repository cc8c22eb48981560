"""The popup API: long poll and answer, for the Windows agent, 1C and other screens; see /api/openapi.json."""

from adapters.screens.api.server import routes

__all__ = ["routes"]
