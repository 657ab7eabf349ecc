"""How gunicorn serves: one process with threads on SQLite, several on PostgreSQL.

The application is loaded and its database checked before anything listens. A demo installation
listens to this machine only.
"""

import ipaddress
import os
import sys
from typing import Any

bind = os.environ.get("JISHAN_BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
worker_class = "gthread"
threads = 8
workers = 2 if os.environ.get("DATABASE_URL", "").startswith("postgres") else 1
preload_app = True
wsgi_app = "app:app"
timeout = 60
graceful_timeout = 20
limit_request_line = 8190
accesslog = None
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Refuse to serve from a database that isn't ready, or a demo to other machines."""
    from incentives.clock import now
    from incentives.upkeep.readiness import NotReady, require_ready

    app = server.app.wsgi()
    addresses = [str(address[0]) for address in server.cfg.address if isinstance(address, tuple)]
    try:
        with app.app_context():
            loopback = all(is_loopback(each) for each in addresses)
            writable = require_ready(only_loopback=loopback, now=now())
    except NotReady as refusal:
        print(f"jishan doesn't start: {refusal}", file=sys.stderr)
        sys.exit(1)
    if not writable:
        print(
            "the books don't go on from their seals: jishan can only be read (docs/recovery.md)",
            file=sys.stderr,
        )


def is_loopback(address: str) -> bool:
    """Whether an address to listen on is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
