"""Loyalty servers: what the core asks of them, each in its own protocol, and sandboxes to try it on."""
