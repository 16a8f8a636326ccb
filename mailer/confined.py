"""Outside bytes worked on in a process of its own, with little memory and little time.

What parses a feed or a picture is a hundred thousand lines by others. Whatever outside bytes do to
them (a minute of work, a gigabyte, a crash) happens to a child that is thrown away; what comes next
gets another one. Questions and answers are a line of JSON each, and octets behind it.
"""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Timer
from types import TracebackType
from typing import IO, Any, Self

Object = dict[str, Any]  # JSON that we wrote ourselves
Answer = tuple[Object, bytes]


class Ended(Exception):
    """The child ended without an answer: killed by us, by its limits, or by what it read."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the child ended with {code}")
        self.took_too_long = code == -signal.SIGPROF  # its seconds of work are over
        self.kept_us_waiting = code == -signal.SIGKILL  # our patience is


class Confined:
    """One child at a time, started when it is first asked; leaving its `with` ends it."""

    def __init__(self, module: str, patience: float) -> None:
        """`module` calls `serve`; `patience` are seconds by the clock, however busy the machine."""
        self._module = module
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, head: Object, body: bytes) -> Answer:
        """Return what the child says; raise Ended."""
        child = self._running()
        timer = Timer(self._patience, child.kill)
        timer.start()
        try:
            said = _ask(child, head, body)
        finally:
            timer.cancel()
        if said is None:
            self._child = None
            child.communicate()
            raise Ended(child.returncode)
        return said

    def stop(self) -> None:
        """End the child in the middle of its work; whoever waits for it, elsewhere, is told."""
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the child; nobody waits for it."""
        if self._child is not None:
            child, self._child = self._child, None
            child.kill()
            child.communicate()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what went wrong is in the answer, or in its absence
                start_new_session=True,  # an operator's Ctrl-C is for us
            )
        return self._child


def serve(answer: Callable[[Object, bytes], Answer], processor: float) -> None:
    """In the child: answer until nobody asks any more, each in `processor` seconds of work."""
    while (asked := _read(sys.stdin.buffer)) is not None:
        # The kernel ends us when the time is over: no parser can look at a clock.
        signal.setitimer(signal.ITIMER_PROF, processor)
        told = answer(*asked)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(sys.stdout.buffer, *told)


def close_the_doors(memory: int) -> None:
    """In the child, when all is loaded: open no file and no line any more; `memory` in octets."""
    # Parsers try modules that are not there, again and again. Whether they are is looked up in
    # folders that changed, and no folder can be opened any more: now nobody looks.
    sys.meta_path.clear()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _ask(child: "subprocess.Popen[bytes]", head: Object, body: bytes) -> Answer | None:
    """Return the child's answer; None when it ended."""
    assert child.stdin is not None  # noqa: S101 - opened above
    assert child.stdout is not None  # noqa: S101
    try:
        _write(child.stdin, head, body)
    except BrokenPipeError:
        return None
    return _read(child.stdout)


def _write(to: IO[bytes], head: Object, body: bytes) -> None:
    to.write(json.dumps({**head, "octets": len(body)}).encode() + b"\n")
    to.write(body)
    to.flush()


def _read(source: IO[bytes]) -> Answer | None:
    """Return a line of JSON and the octets behind it; None at, or before, its end."""
    line = source.readline()
    if not line.endswith(b"\n"):
        return None
    head: Object = json.loads(line)
    body = source.read(head["octets"])
    return (head, body) if len(body) == head["octets"] else None
