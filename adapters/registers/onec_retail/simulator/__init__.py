"""1C's cashier screen as a client: what it sends, quirks and all, for the demo, for trials, for tests.

The receipt, the basket and what a cashier reads are those of the simulated Frontol till: a till is a till, only the
words differ.
"""

from adapters.registers.onec_retail.simulator.quirks import NO_QUIRKS, Quirk, Quirks
from adapters.registers.onec_retail.simulator.till import OneCTill

__all__ = ["NO_QUIRKS", "OneCTill", "Quirk", "Quirks"]
