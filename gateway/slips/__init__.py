"""Slips: from a template of the chain to elements that no printer has shaped yet."""

from gateway.slips.templates import Templates

__all__ = ["Templates"]
