"""Slips: from a template of the chain to elements that no printer has shaped yet, and their preview."""

from gateway.slips.preview import preview
from gateway.slips.templates import Templates

__all__ = ["Templates", "preview"]
