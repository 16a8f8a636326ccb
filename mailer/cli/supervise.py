"""Child processes that live and end together."""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Thread
from types import FrameType

PATIENCE = 40.0  # seconds between the polite signal and the other one; a sender drains for 30
LIFELINE = "MAILER_LIFELINE"  # a descriptor that is closed when the parent has gone


@dataclass(frozen=True, slots=True)
class Ended:
    """Which child ended first, and how."""

    name: str
    code: int


def run_together(commands: Sequence[Sequence[str]]) -> Ended | None:
    """Run all until a signal comes (None) or one ends by itself; then end the others.

    SIGTERM and SIGINT are passed on, and children have 40 seconds. When this process is killed
    outright the children notice by their lifeline and end too.
    """
    reading, writing = os.pipe()
    children = {
        subprocess.Popen(
            command, env={**os.environ, LIFELINE: str(reading)}, pass_fds=[reading]
        ): command[-1]
        for command in commands
    }
    os.close(reading)
    stop = stop_event()
    first: Ended | None = None
    while first is None and not stop.wait(0.2):
        first = next(
            (Ended(name, code) for child, name in children.items() if (code := _code(child))), None
        )
    _end(list(children))
    os.close(writing)
    return first


def stop_event() -> Event:
    """Return what is set when a signal asks this process to end."""
    stop = Event()

    def note(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    return stop


def hold_lifeline() -> None:
    """In a child: end politely when the parent has gone, however it went."""
    lifeline = os.environ.pop(LIFELINE, None)
    if lifeline is not None:
        Thread(target=_watch, args=(int(lifeline),), name="lifeline", daemon=True).start()


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)  # nobody ever writes: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


def _code(child: "subprocess.Popen[bytes]") -> int | None:
    """Return the exit code as a service manager wants it, 1 for a child that ended well too."""
    code = child.poll()
    if code is None:
        return None
    return 128 - code if code < 0 else code or 1


def _end(children: Sequence["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
