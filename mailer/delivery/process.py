"""Which program this is, and whether another one on this machine still runs."""

import os
import socket
from pathlib import Path

from mailer.delivery.model import Process

PROC = Path("/proc")


def this_process() -> Process:
    """Return what others need to see that this program runs."""
    pid = os.getpid()
    return Process(f"{socket.gethostname()}:{pid}", _machine(), f"{pid}:{_began(pid)}")


def is_gone(process: Process) -> bool:
    """Whether a program is known to have ended. False too when it is out of sight from here."""
    machine = _machine()
    if machine is None or process.machine != machine:
        return False
    pid, _, began = process.identity.partition(":")
    return _began(int(pid)) != began


def _machine() -> str | None:
    """Return one boot and one table of process numbers; None where the kernel tells neither."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return None


def _began(pid: int) -> str:
    """Return when a process began, in ticks since the boot; "" when there is none."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()  # the name before may hold anything
    return "" if state in {"Z", "X"} else fields[18]
