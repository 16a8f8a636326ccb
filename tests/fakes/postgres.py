"""A PostgreSQL server of our own: Debian's programs, a free port, a folder that is thrown away."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

import psycopg


def programs() -> Path | None:
    """Return the folder of the newest server that Debian has put here, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PostgresServer:
    """One running server; each test gets a database of its own in it."""

    folder: Path
    port: int
    bin: Path

    @classmethod
    def start(cls, found: Path) -> Self:
        folder = Path(tempfile.mkdtemp(prefix="mailer-postgres-"))
        server = cls(folder, free_port(), found)
        if os.geteuid() == 0:  # the server refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        server._do("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "--no-sync")
        server.up()
        return server

    def up(self) -> None:
        options = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
            " -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"
        )
        data, log = f"{self.folder}/data", f"{self.folder}/log"
        self._do("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")

    def down(self) -> None:
        """Cut every connection and end; `up` finds everything that was committed."""
        self._do("pg_ctl", "-D", f"{self.folder}/data", "-m", "fast", "-w", "stop")

    def stop(self) -> None:
        self._do("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, like: str = "") -> str:
        """Make a database and return its URL: empty, or a copy of one that nobody is using."""
        name, template = f"t{uuid4().hex}", like.rpartition("/")[2] or "template0"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'.encode()
            )
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.rpartition("/")[2]
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def ask(self, url: str, *statements: str) -> None:
        """Have statements run outside a transaction."""
        with psycopg.connect(self._dsn(url.rpartition("/")[2]), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def files_with(self, url: str, octets: bytes) -> list[str]:
        """Return the names of a database's files that hold some octets, as they are on the disk."""
        with psycopg.connect(self._dsn(url.rpartition("/")[2])) as connection:
            query = "SELECT oid::text FROM pg_database WHERE datname = current_database()"
            (number,) = connection.execute(query).fetchone() or ("",)
        files = sorted((self.folder / "data" / "base" / number).iterdir())
        return [path.name for path in files if octets in path.read_bytes().lower()]

    def logs_with(self, octets: bytes) -> list[str]:
        """Return the names of the parts of the write-ahead log that hold some octets."""
        parts = sorted(one for one in (self.folder / "data" / "pg_wal").iterdir() if one.is_file())
        return [path.name for path in parts if octets in path.read_bytes().lower()]

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def _dsn(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={name}"

    def _do(self, program: str, *words: str) -> None:
        command = [str(self.bin / program), *words]
        if os.geteuid() == 0:
            command = [
                "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                *command,
            ]
        subprocess.run(
            command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
