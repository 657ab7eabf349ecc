"""The keeper (`keeper.py`) as a test commands it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from select import select
from typing import Any

from incentives.config import ROOT
from tests.databases import free_port
from tests.served.ground import Ground
from tests.served.order import Order

PATIENCE = 120  # seconds


class Keeper:
    """The process that has loaded the service; see `keeper.py`."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.log = ground.folder / "served.log"
        with (ground.folder / "keeper.log").open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.served.keeper"],
                cwd=ROOT,
                env=ground.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.hear()

    def hear(self) -> dict[str, Any]:
        """The keeper's next line; TimeoutError where none comes."""
        assert self.process.stdout is not None
        if not select([self.process.stdout], [], [], PATIENCE)[0]:
            self.process.kill()
            raise TimeoutError((self.ground.folder / "keeper.log").read_text()[-3000:])
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError((self.ground.folder / "keeper.log").read_text()[-3000:])
        answer: dict[str, Any] = json.loads(line)
        return answer

    def tell(self, do: str, **command: Any) -> dict[str, Any]:
        """One command, and the answer to it."""
        assert self.process.stdin is not None
        print(json.dumps({"do": do, **command}), file=self.process.stdin, flush=True)
        return self.hear()

    def warm(self, orders: Sequence[Order]) -> None:
        """Make these once in the keeper itself, so that what it forks has everything compiled."""
        requests = [self.ground.request(order) for order in orders]
        answers = self.tell("warm", requests=requests)["statuses"]
        assert set(answers) <= {200, 201}, answers

    def serve(self, fault: str | None = None) -> tuple[int, int]:
        """Start a server; its process group and its port."""
        port = free_port()
        return self.tell("serve", port=port, log=str(self.log), fault=fault)["pid"], port

    def ask(self, order: Order, fault: str | None = None) -> dict[str, Any]:
        """Make an order in a process of its own, whole."""
        pid = self.begin(order, fault=fault)
        return self.tell("result", pid=pid)

    def begin(self, order: Order, *, before: int | None = None, fault: str | None = None) -> int:
        """Begin an order in a process of its own; its process."""
        return self.tell("request", request=self.ground.request(order), before=before, fault=fault)[
            "pid"
        ]

    def end(self, group: int) -> None:
        """SIGKILL a process group; returns when none of it is left."""
        self.tell("end", pid=group)

    def close(self) -> None:
        """End the keeper with all that it forked."""
        self.process.communicate()
        if self.process.returncode not in (0, -signal.SIGTERM):
            raise RuntimeError((self.ground.folder / "keeper.log").read_text()[-3000:])


@contextmanager
def keeping(ground: Ground) -> Iterator[Keeper]:
    """A keeper, ended at the end."""
    keeper = Keeper(ground)
    try:
        yield keeper
    finally:
        keeper.close()
