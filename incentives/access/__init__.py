"""Access: who signs in, which role at which division allows what, and the trail of what was done.

One table says what each role may do; operations ask it before anything else. Duties stay apart
whatever roles one holds. A wrong password locks by user and address together, never the user
alone. The audit trail takes no change, not even from the program.
"""

from flask import Flask

from incentives.access import guarding


def init_app(app: Flask) -> None:
    """Tell `web` who calls and what they may do."""
    guarding.init_app(app)
