"""Between the service and PostgreSQL: holds the statement of a given number back.

It knows the protocol's frames only (PostgreSQL's manual, "Message Formats"), so that it counts what
is really sent, one by one or in a pipeline.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

STATEMENT = (b"E", b"Q")  # Execute and Query: each makes the server run a statement


class Proxy:
    """Forwards one connection after another; `hold_before` sets where it stops."""

    def __init__(self, host: str, port: int) -> None:
        self.server = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.seen = 0
        self.number: int | None = None
        self.held = threading.Event()
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def hold_before(self, number: int | None) -> None:
        """Count anew, and hold the statement of this number back, or none."""
        self.seen, self.number = 0, number
        self.held.clear()

    def accept(self) -> None:
        """Take connections until closed."""
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.server)
            self.pairs.append((client, server))
            for work in (self.forward, self.answer):
                threading.Thread(target=work, args=(client, server), daemon=True).start()

    def forward(self, client: socket.socket, server: socket.socket) -> None:
        """From the service to the server, frame by frame, until the one that is held back."""
        try:
            for kind, frame in frames(client):
                if kind in STATEMENT:
                    self.seen += 1
                    if self.seen == self.number:
                        self.held.set()
                        return
                server.sendall(frame)
        except OSError:
            return
        finally:
            if not self.held.is_set():
                hang_up(server)

    def answer(self, client: socket.socket, server: socket.socket) -> None:
        """From the server to the service, as it comes."""
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            return
        finally:
            hang_up(client)

    def drop(self) -> list[int]:
        """Close what is open; the ports by which the server knew the connections."""
        ports = []
        for pair in self.pairs:
            with suppress(OSError):
                ports.append(int(pair[1].getsockname()[1]))
            for each in pair:
                hang_up(each)
        self.pairs.clear()
        return ports

    def close(self) -> None:
        """Take no more connections."""
        self.drop()
        self.listener.close()


def hang_up(connection: socket.socket) -> None:
    """End a connection, though another thread may wait for what comes from it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def frames(stream: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """The frames of a client: the first has a length only, all others a kind before it."""
    file = stream.makefile("rb")
    first = True
    while True:
        kind = b"" if first else file.read(1)
        length = file.read(4)
        if len(length) < 4:
            return
        yield kind, kind + length + file.read(struct.unpack("!I", length)[0] - 4)
        first = False
