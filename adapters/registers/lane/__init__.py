"""The short way of a till's request: on a connection of our own, without a framework's objects.

How this works. A connection begins in a `Lane`. As long as its requests are of the plainest kind, a POST with a
length to an address that aiohttp has served for a till before, they are answered here. At the first other one the
connection goes to aiohttp for good, with every byte that came: whatever HTTP allows is still understood, and routes
stand in one place. A head that does not come to its end holds a connection for some seconds, and nothing else.
"""

from adapters.registers.lane.lanes import Lanes
from adapters.registers.lane.server import Runner
from adapters.registers.lane.wire import Arrived, Written

__all__ = ["Arrived", "Lanes", "Runner", "Written"]
