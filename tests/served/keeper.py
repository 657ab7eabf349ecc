"""A process that has loaded the service once and forks it on command: a start in no time.

What it forks is what serves: `flask start` forks its worker from a loaded process in the same way
and gunicorn its own. It reads one JSON command a line and answers with one line. It is the reaper
of all that it forked, so that a killed group is gone for certain when it says so.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask

from incentives import create_app
from incentives.extensions import db
from incentives.upkeep import jobs
from incentives.upkeep.serving import prepare, serve
from tests.served.faults import plant
from tests.served.statements import die_before

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SEAL_EVERY = 0.15  # seconds: a round lasts less than the twenty that the worker waits by itself


def main() -> None:
    """Obey until the input ends, then end what still runs."""
    app = create_app()
    control(PR_SET_CHILD_SUBREAPER, 1)
    groups: set[int] = set()
    results: dict[int, int] = {}
    say({"ready": True})
    for line in sys.stdin:
        command: dict[str, Any] = json.loads(line)
        match command.pop("do"):
            case "warm":
                say(warm(app, **command))
            case "serve":
                say({"pid": fork_server(app, groups, **command)})
            case "request":
                pid, results[pid] = fork_request(app, groups, **command)
                say({"pid": pid})
            case "result":
                say(result_of(command["pid"], results.pop(command["pid"])))
                groups.discard(command["pid"])
            case "end":
                end(command["pid"], groups)
                say({})
    for group in list(groups):
        end(group, groups)


def control(what: int, value: int) -> None:
    """prctl(2): of this process."""
    if ctypes.CDLL(None).prctl(what, value, 0, 0, 0) != 0:
        raise OSError(f"prctl {what}")


def part() -> None:
    """Lead a process group of one's own, that ends when the keeper is gone."""
    os.setsid()
    control(PR_SET_PDEATHSIG, signal.SIGKILL)


def say(answer: dict[str, Any]) -> None:
    """One line back."""
    print(json.dumps(answer), flush=True)


def ask(app: Flask, method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    """Make a request within this process; what was answered."""
    answer = app.test_client().open(path, method=method, json=body, headers=headers)
    return {
        "status": answer.status_code,
        "text": answer.text,
        "replayed": answer.headers.get("Idempotent-Replayed") == "true",
    }


def warm(app: Flask, requests: list[list[Any]]) -> dict[str, Any]:
    """Make requests here, so that what is compiled once is compiled before any fork."""
    answers = [ask(app, *request)["status"] for request in requests]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return {"statuses": answers}


def fork_server(app: Flask, groups: set[int], port: int, log: str, fault: str | None) -> int:
    """Serve as `flask start` does, worker and all, in a process group of its own."""
    if (pid := os.fork()) != 0:
        groups.add(pid)
        return pid
    part()
    with Path(log).open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ["PORT"] = str(port)
    jobs.SEAL_EVERY = SEAL_EVERY
    plant(fault)
    with app.app_context():
        prepare()
        serve()
    os._exit(0)


def fork_request(
    app: Flask,
    groups: set[int],
    request: list[Any],
    before: int | None,
    fault: str | None,
) -> tuple[int, int]:
    """Make one request in a process that kills itself before its statement of that number.

    `before` counts what SQLite runs; 0 is after the last one, before the answer is told.
    """
    reading, writing = os.pipe()
    if (pid := os.fork()) != 0:
        os.close(writing)
        groups.add(pid)
        return pid, reading
    os.close(reading)
    part()
    return be_asked(app, writing, request, before, fault)


def be_asked(
    app: Flask, writing: int, request: list[Any], before: int | None, fault: str | None
) -> NoReturn:
    """The forked process's part of `fork_request`."""
    plant(fault)
    if before:
        die_before(before)
    answer = ask(app, *request)
    if before == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    os.write(writing, json.dumps(answer).encode())
    os._exit(0)


def result_of(pid: int, reading: int) -> dict[str, Any]:
    """What a request was answered, or the signal that ended it."""
    with os.fdopen(reading, "rb") as file:
        text = file.read()
    _pid, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    answer: dict[str, Any] = json.loads(text)
    return answer


def end(group: int, groups: set[int]) -> None:
    """SIGKILL a whole group; returns when none of it is left."""
    os.killpg(group, signal.SIGKILL)
    while True:
        try:
            os.waitpid(-group, 0)
        except ChildProcessError:
            break
    groups.discard(group)


if __name__ == "__main__":
    main()
