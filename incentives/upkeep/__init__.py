"""Running the service: make an installation, start it, keep it, tell whether it is well.

A start refuses a database without its guards, and a demo installation refuses to listen to
anything but this machine. What must happen by the clock (signing the logs, closing notices,
forgetting old answers) is idempotent, so that two workers do no harm.
"""

from flask import Flask

from incentives import installation
from incentives.upkeep.backup.marker import why_unfinished
from incentives.upkeep.schema import why_empty


def init_app(_app: Flask) -> None:
    """Let no command touch books that a restore hasn't brought to its end, or that aren't there."""
    for why in (why_unfinished, why_empty):
        if why not in installation.command_refusals:
            installation.command_refusals.append(why)
