"""Calls and offices by HTTP: reported, sent on, answered step by step, followed by a link."""

from incentives.calls.api import calls, duties, following, numbers, offices  # noqa: F401 -- they add their routes
from incentives.calls.api.blueprint import blueprint

__all__ = ["blueprint"]
