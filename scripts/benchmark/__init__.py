"""The figures of the gateway's speed, each measured beside its reference in one run (`scripts/bench`)."""
