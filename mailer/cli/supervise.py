"""Child processes that live and end together."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from types import FrameType

PATIENCE = 40.0  # seconds between the polite signal and the other one; a sender drains for 30
LIFELINE = "MAILER_LIFELINE"  # a descriptor that says end of file when the parent has gone
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # the last: its terminal is closed

Child = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Ended:
    """Which child ended first, and how."""

    name: str
    code: int  # as a service manager wants it: 128 + signal, and 1 for one that ended well too


def run_together(commands: Sequence[Sequence[str]]) -> Ended | None:
    """Run all until a signal comes (None) or one ends by itself; then end the others.

    A child is named by its command's last word. SIGTERM, SIGINT and SIGHUP are passed on as
    SIGTERM, and children have 40 seconds. When this process is killed outright, the children see
    the end of their lifeline and end too.
    """
    first: SimpleQueue[Ended | None] = SimpleQueue()  # its put may be called by a signal's handler
    _on_ending(lambda: first.put(None))
    reading, writing = os.pipe()
    children: list[Child] = []
    try:
        for command in commands:
            child = _start(command, reading)
            children.append(child)
            Thread(target=_watch, args=(child, command[-1], first), daemon=True).start()
        os.close(reading)
        return first.get()
    finally:
        _end(children)
        os.close(writing)


def stop_event() -> Event:
    """Return what is set when a signal asks this process to end."""
    stop = Event()
    _on_ending(stop.set)
    return stop


def _on_ending(then: Callable[[], None]) -> None:
    """Do this when a signal asks this process to end; `nohup` has one of them ignored."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        then()

    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def hold_lifeline() -> None:
    """In a child: end politely when the parent has gone, however it went."""
    lifeline = os.environ.pop(LIFELINE, None)
    if lifeline is not None:
        Thread(target=_end_with, args=(int(lifeline),), name="lifeline", daemon=True).start()


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)  # nobody ever writes: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


def _start(command: Sequence[str], lifeline: int) -> Child:
    environment = {**os.environ, LIFELINE: str(lifeline)}
    return subprocess.Popen(command, env=environment, pass_fds=[lifeline])


def _watch(child: Child, name: str, first: "SimpleQueue[Ended | None]") -> None:
    code = child.wait()
    first.put(Ended(name, 128 - code if code < 0 else code or 1))


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.terminate()  # harmless for one that has ended
    for child in children:
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
