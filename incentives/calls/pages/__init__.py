"""The pages of calls: for anyone, for a village's cadre, for the offices, for administrators."""

from incentives.calls.pages import (  # noqa: F401 -- they add their routes
    call,
    desk,
    duties,
    numbers,
    offices,
    public,
    untrue,
)
from incentives.calls.pages.blueprint import blueprint

__all__ = ["blueprint"]
