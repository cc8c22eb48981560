"""Which core does what: whoever is measured has the first, load and server share the second."""

CANDIDATE, BESIDE = 0, 1
