"""How many signups `mailer serve` takes, and whether it loses one.

    python -m bench.signup --seconds 20
    python -m bench.signup --postgres postgresql://postgres@127.0.0.1:5432/empty
    python -m bench.signup --victim

wrk (Debian: wrk) posts JSON with a good form token each, for a new address each, from thousands of
networks: 32 connections. Limits are counted as ever, and are set so high that none is reached. What
was answered 202 is compared with the rows in the database. `--victim` posts for one address only,
and the answer is 1 when that comes to more than one mail.
"""

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from mailer.config.read import read
from mailer.store.migrate import upgrade
from mailer.tokens import Keyring, Purpose
from mailer.wiring import Mailer, build
from tests.conftest import add_newsletter
from tests.fakes.postgres import free_port

SIGNING_TEXT = "a secret for measuring, long enough to be one"
CONNECTIONS = 32
CONFIG = """
[site]
secret_key = "{secret}"
base_url = "http://127.0.0.1:{port}"
[database]
url = "{url}"
[web]
port = {port}
trusted_proxies = ["127.0.0.0/8"]
[signup]
per_network = "999999999 an hour"
per_domain = "999999999 an hour"
in_all = "999999999 an hour"
[logging]
level = "warning"
"""
# Each of wrk's threads reads its own file of bodies, one a request. Counted is what is answered.
SCRIPT = """
local number = 0
function setup(thread) thread:set("id", number); number = number + 1 end
function init(args)
  bodies = io.open("{folder}/bodies." .. id, "r")
  taken = 0; other = 0; n = 0
end
function request()
  n = n + 1
  local body = bodies:read("*l")
  local headers = {{["Content-Type"] = "application/json",
    ["X-Forwarded-For"] = "10." .. id .. "." .. (n % 250) .. ".1"}}
  return wrk.format("POST", "/subscribe/brief", headers, body or "{{}}")
end
function response(status)
  if status == 202 then taken = taken + 1 else other = other + 1 end
  local told = io.open("{folder}/told." .. id, "w")
  told:write(taken .. " " .. other); told:close()
end
function done(summary, latency, requests)
  io.write(string.format("p50=%.1f p99=%.1f\\n", latency:percentile(50) / 1000,
    latency:percentile(99) / 1000))
end
"""


def main() -> None:
    """Print a line: signups a second, how long they took, and what was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--bodies", type=int, default=40_000, help="prepared for each thread")
    options.add_argument("--postgres", metavar="URL", help="of an empty database; SQLite otherwise")
    options.add_argument("--victim", action="store_true", help="all for one address")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = wanted.postgres or f"sqlite:///{folder}/mailer.db"
        with served(folder, url) as (mailer, port, process):
            _write_bodies(folder, wanted.bodies, victim=wanted.victim)
            before, begun = _megabytes(process), _processor_seconds(process)
            said = _wrk(folder, port, wanted.seconds)
            after, used = _megabytes(process), _processor_seconds(process) - begun
            taken, other = _told(folder)
            mails = _report(mailer, said, wanted.seconds, taken, other, victim=wanted.victim)
            print(
                f"web worker: {used * 1000 / max(1, taken + other):.2f} ms of processor each,"
                f" {before:.0f} MB before, {after:.0f} MB after"
            )
            if wanted.victim and mails > 1:
                raise SystemExit(1)


def _report(
    mailer: Mailer, said: str, seconds: int, taken: int, other: int, *, victim: bool
) -> int:
    """Print what was measured; return how many mails are owed."""
    found = re.search(r"p50=([\d.]+) p99=([\d.]+)", said)
    p50, p99 = (float(part) for part in found.groups()) if found else (0.0, 0.0)
    with mailer.store.read() as tx:
        people = tx.subscribers.count()
        mails = len(tx.ledger_reports.rows(limit=10_000_000))
    lost = "" if victim else f", {max(0, taken - people):,} lost"
    print(
        f"{mailer.store.engine.dialect.name}: {taken / seconds:,.0f} signups/s,"
        f" p50 {p50:.0f} ms, p99 {p99:.0f} ms; {taken:,} answered 202, {other:,} otherwise;"
        f" {people:,} rows, {mails:,} mails owed{lost}"
    )
    return mails


@contextmanager
def served(folder: Path, url: str) -> Iterator[tuple[Mailer, int, int]]:
    port = free_port()
    config = folder / "config.toml"
    config.write_text(CONFIG.format(secret=SIGNING_TEXT, port=port, url=url))
    config.chmod(0o600)
    mailer = build(read(config, {}))
    upgrade(mailer.store)
    add_newsletter(mailer.store)
    server = subprocess.Popen(
        [sys.executable, "-m", "mailer", "--config", str(config), "serve"], stdin=subprocess.PIPE
    )
    try:
        _wait_for(port)
        worker = _children(server.pid)[-1]
        yield mailer, port, worker
    finally:
        server.terminate()
        server.wait(30)
        mailer.store.close()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not come up")


def _write_bodies(folder: Path, count: int, *, victim: bool) -> None:
    """Write what wrk posts; forms were given out half a minute ago."""
    keyring = Keyring([SIGNING_TEXT])
    given = datetime.now(UTC) - timedelta(seconds=30)
    for thread in range(2):
        (folder / f"told.{thread}").write_text("0 0")  # a slow machine answers nothing in a second
        with (folder / f"bodies.{thread}").open("w") as out:
            for number in range(count):
                form = keyring.make(Purpose.FORM, secrets.randbits(63), given)
                email = "victim" if victim else f"reader{thread}x{number}"
                out.write(json.dumps({"email": f"{email}@example.org", "form": form}) + "\n")


def _wrk(folder: Path, port: int, seconds: int) -> str:
    script = folder / "signup.lua"
    script.write_text(SCRIPT.format(folder=folder))
    url = f"http://127.0.0.1:{port}/"
    done = subprocess.run(
        ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), url],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _told(folder: Path) -> tuple[int, int]:
    pairs = [(folder / f"told.{thread}").read_text().split() for thread in range(2)]
    return sum(int(pair[0]) for pair in pairs), sum(int(pair[1]) for pair in pairs)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


if __name__ == "__main__":
    main()
