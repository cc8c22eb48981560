"""Settings of the whole suite."""

import os

from hypothesis import settings

# CI answers for this change, not for the luck of the draw; random walks run everywhere else.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")
