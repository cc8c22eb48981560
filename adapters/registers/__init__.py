"""Registers' protocols: the gateway is their server."""
