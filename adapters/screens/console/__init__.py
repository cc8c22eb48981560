"""The administrator's status page: what runs, what stands still, and the few things a person may do about it."""

from adapters.screens.console.server import routes

__all__ = ["routes"]
