"""Running the service: make an installation, start it, keep it, tell whether it is well.

A start refuses a database without its guards, and a demo installation refuses to listen to
anything but this machine. What must happen by the clock (signing the logs, closing notices,
forgetting old answers) is idempotent, so that two workers do no harm.
"""
