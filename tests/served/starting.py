"""A whole start, by the command that people give: a new interpreter that loads everything.

The keeper's fork says how long the service takes to be ready once it is loaded; this says the rest.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from incentives.config import ROOT
from tests.databases import free_port
from tests.served.client import is_ready
from tests.served.ground import Ground

PATIENCE = 120  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


def start_whole(ground: Ground) -> tuple[float, float]:
    """Start until `/readyz` says 200, and kill it: seconds, and those that it had a processor."""
    port, log = free_port(), ground.folder / "started.log"
    began = time.monotonic()
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "start"],
            cwd=ROOT,
            env={**ground.environment, "PORT": str(port)},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not is_ready(ground, port):
            if process.poll() is not None or time.monotonic() > began + PATIENCE:
                raise TimeoutError(f"not ready: {log.read_text()[-3000:]}")
            time.sleep(0.02)
        return round(time.monotonic() - began, 3), round(processor_seconds(process.pid), 3)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def processor_seconds(group: int) -> float:
    """The processor's time that a process group has had, with its children that have ended."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(fields[2]) == group:
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS
