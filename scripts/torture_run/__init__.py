"""kill -9 under load, and whether every acknowledged sale is at the loyalty server afterwards, once."""
