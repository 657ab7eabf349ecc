"""A wire to PostgreSQL that counts round trips: how often the client had to wait for the server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """What travelled since it was made, or since `clear`."""

    def __init__(self) -> None:
        self.trips = 0
        self.waiting = False

    def clear(self) -> None:
        """Count from nothing."""
        self.trips = 0

    def carry(self, source: socket.socket, target: socket.socket, *, asking: bool) -> None:
        """Carry bytes one way; the first that come back after some were sent end a trip."""
        with suppress(OSError):
            while data := source.recv(65_536):
                if not asking and self.waiting:
                    self.trips += 1
                self.waiting = asking
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire_to(host: str, port: int) -> Iterator[tuple[int, Wire]]:
    """A port of loopback that leads to a server, and its count; for one client at a time."""
    wire = Wire()
    listener = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = [listener]
    threads: list[threading.Thread] = []

    def listen() -> None:
        with suppress(OSError):
            while True:
                client, _address = listener.accept()
                server = socket.create_connection((host, port))
                for each in (client, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ends.extend((client, server))
                for source, target, asking in ((client, server, True), (server, client, False)):
                    start(wire.carry, source, target, asking=asking)

    def start(work, *arguments, **named) -> None:
        thread = threading.Thread(target=work, args=arguments, kwargs=named, daemon=True)
        threads.append(thread)
        thread.start()

    start(listen)
    try:
        yield listener.getsockname()[1], wire
    finally:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in threads:
            thread.join(5)
