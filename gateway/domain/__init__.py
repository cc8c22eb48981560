"""Values of the trade: frozen, no I/O, no clock. Decisions about them are pure functions beside them."""
