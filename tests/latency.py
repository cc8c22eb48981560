"""How long a network or a server takes: drawn anew for each call, the same for the same seed."""

import math
import random


class Latency:
    """Seconds, lognormal around `median`; a share `straggling` of calls takes `straggler` seconds instead."""

    def __init__(
        self, median: float, sigma: float = 0.0, *, straggling: float = 0.0, straggler: float = 0.0, seed: int = 1
    ) -> None:
        self._mu, self._sigma = math.log(median), sigma
        self._straggling, self._straggler = straggling, straggler
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def draw(self) -> float:
        if self._random.random() < self._straggling:
            return self._straggler
        return self._random.lognormvariate(self._mu, self._sigma)
