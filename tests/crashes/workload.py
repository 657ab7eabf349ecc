"""What is recorded before the power is cut: clients that post, and the signer beside them.

Each answer and each published checkpoint is written down, in a file that is recorded as all others,
so that it stands in the recording what was known outside at any moment.
"""

import json
import os
import sys
import threading
from typing import Any

from flask import Flask
from sqlalchemy import select

from incentives import create_app
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.models import Checkpoint
from incentives.ledger.seals import seal_all
from tests.served.faults import plant

SEALS = 12
EVERY = 0.3  # seconds


def main(orders: str, marks: str, fault: str) -> None:
    """Send these orders, each by one of the clients, and sign meanwhile."""
    app = create_app()
    with open(orders) as file:
        shares: list[list[list[Any]]] = json.load(file)
    plant(fault or None)
    # One write a line, to be seen as one in the recording.
    known = os.open(marks, os.O_WRONLY | os.O_APPEND)
    threads = [threading.Thread(target=send, args=(app, share, known)) for share in shares]
    stop = threading.Event()
    signer = threading.Thread(target=sign, args=(app, stop, known))
    for thread in (*threads, signer):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    signer.join()
    os._exit(0)  # as a cut would: nothing is tidied up


def send(app: Flask, share: list[list[Any]], known: int) -> None:
    """One client."""
    client = app.test_client()
    for method, path, body, headers in share:
        answer = client.open(path, method=method, json=body, headers=headers)
        if answer.status_code not in (200, 201):
            raise RuntimeError(answer.text)
        mark(known, answered=headers["Idempotency-Key"])


def sign(app: Flask, stop: threading.Event, known: int) -> None:
    """Sign what has grown, again and again; write down what was published."""
    with app.app_context():
        while True:
            last = stop.is_set()
            seal_all(now=now())
            for note in db.session.scalars(select(Checkpoint.note)):
                mark(known, published=note)
            db.session.remove()
            if last:
                return
            stop.wait(EVERY)


def mark(known: int, **what: str) -> None:
    """Write one line down."""
    os.write(known, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
