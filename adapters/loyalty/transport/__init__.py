"""HTTP/1.1 to a loyalty server: keep-alive connections, one deadline per call, and what surely did not happen."""

from adapters.loyalty.transport.reply import Reply
from adapters.loyalty.transport.transport import Transport

__all__ = ["Reply", "Transport"]
