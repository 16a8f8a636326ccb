"""Outside bytes worked on in a process of its own, with little memory and little time.

What parses a feed or a picture is a hundred thousand lines by others. Whatever outside bytes do to
them (a minute of work, a gigabyte, a crash) happens to a child that is thrown away; what comes next
gets another one. Questions and answers are a line of JSON each, and octets behind it. Whoever takes
a child over can say something wrong with it, and nothing else: who asks says how an answer is read,
and a child whose answer cannot be read so is thrown away too.
"""

import json
import logging
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from threading import Timer
from typing import IO, Any, Self, TypeVar

from mailer.plain_values import plain

Object = dict[str, Any]
Answer = tuple[Object, bytes]
T = TypeVar("T")

BROKE = "broke"  # in an answer: the class of what went wrong, and what it says
LONGEST_LINE = 64_000_000  # octets of JSON; the largest feed is a quarter of it
MOST_OCTETS = 256_000_000
LONGEST_EXCUSE = 300  # characters: they are kept, and shown
# What reading something else than an answer ends in; brackets within brackets in the last one.
WRONG = (ValueError, LookupError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one question may cost before the child is thrown away."""

    memory: int  # octets of the child, all in all
    processor: float  # seconds of work
    patience: float  # seconds by the clock on the wall, however busy the machine is


class NoAnswer(Exception):
    """The child has none, and its words say why, for a person."""


class Ended(NoAnswer):
    """The child was ended: by us, by its limits, or by what it read."""

    def __init__(self, code: int, bounds: Bounds) -> None:
        super().__init__(_in_words(code, bounds))


class Broke(NoAnswer):
    """What the child runs met something it was not written for; the child lives on."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"it cannot be read ({kind})")
        self.reason = reason  # the program's words, not for everybody


class Confined:
    """One child at a time, started when it is first asked; leaving its `with` ends it."""

    def __init__(self, module: str, bounds: Bounds) -> None:
        """`module` calls `serve`."""
        self._module = module
        self._bounds = bounds
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, head: Object, body: bytes, believed: Callable[[Object, bytes], T]) -> T:
        """Return what `believed` makes of the child's answer; raise NoAnswer.

        `believed` raises one of `WRONG` about what the child cannot mean. Values in `head` go as
        `plain_values` do.
        """
        child = self._running()
        timer = Timer(self._bounds.patience, child.kill)
        timer.start()
        try:
            said = _ask(child, head, body)
            broke = None if said is None or BROKE not in said[0] else _broke(said[0][BROKE])
            if said is not None and broke is None:
                return believed(*said)
        except WRONG as why:  # somebody else speaks through it
            self.close()
            raise Ended(0, self._bounds) from why
        finally:
            timer.cancel()
        if broke is not None:
            raise broke
        self._child = None
        child.communicate()
        raise Ended(child.returncode, self._bounds)

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
                # -P: no file of the folder in which an operator works stands before our modules.
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what went wrong is in the answer, or in its absence
                start_new_session=True,  # an operator's Ctrl-C is for us
            )
        return self._child


def excuse(told: object) -> str:
    """Return why a child could not, for a person: one line of letters that can be seen."""
    if not isinstance(told, str):
        raise TypeError(f"{type(told).__name__} is no reason")
    return "".join(letter if letter.isprintable() else " " for letter in told[:LONGEST_EXCUSE])


def _broke(told: object) -> Broke:
    if not isinstance(told, list):
        raise TypeError(f"{type(told).__name__} is no reason")
    kind, reason = map(excuse, told)
    return Broke(kind, reason)


def _in_words(code: int, bounds: Bounds) -> str:
    if code == -signal.SIGPROF:
        return f"it takes more than {bounds.processor:g} seconds of work"
    if code == -signal.SIGKILL:  # our patience was over
        return f"it was not done within {bounds.patience:g} seconds"
    return f"it needs more than {bounds.memory // 2**20} MB, or breaks what reads it"


def serve(answer: Callable[[Object, bytes], Answer], bounds: Bounds) -> None:
    """In the child: answer until nobody asks any more, each within the bounds."""
    logging.disable()  # what went wrong is in the answer
    while (asked := _read(sys.stdin.buffer)) is not None:
        # The kernel ends us when the time is over: no parser can look at a clock.
        signal.setitimer(signal.ITIMER_PROF, bounds.processor)
        try:
            told = answer(*asked)
        except Exception as why:  # noqa: BLE001 - code of others on outside bytes: whoever asked is told
            told = {BROKE: [type(why).__name__, str(why)]}, b""
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(sys.stdout.buffer, *told)


def limit(bounds: Bounds) -> None:
    """In the child: take no more memory than that, and start nothing."""
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory, bounds.memory))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def close_the_doors(bounds: Bounds) -> None:
    """In the child, when all is loaded: be limited, and open no file and no line any more."""
    # Parsers try modules that are not there, again and again. Whether they are is looked up in
    # folders that changed, and no folder can be opened any more: now nobody looks.
    sys.meta_path.clear()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    limit(bounds)


def _ask(child: "subprocess.Popen[bytes]", head: Object, body: bytes) -> Answer | None:
    """Return the child's answer; None when it ended."""
    assert child.stdin is not None  # noqa: S101 - opened above
    assert child.stdout is not None  # noqa: S101
    try:
        _write(child.stdin, head, body)
        return _read(child.stdout)
    except BrokenPipeError:
        return None


def _write(to: IO[bytes], head: Object, body: bytes) -> None:
    to.write(json.dumps({**head, "octets": len(body)}, default=plain).encode() + b"\n")
    to.write(body)
    to.flush()


def _read(source: IO[bytes]) -> Answer | None:
    """Return a line of JSON and the octets behind it; None at, or before, its end.

    Raises one of `WRONG` when something else is there.
    """
    line = source.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        return None
    head: Object = json.loads(line)
    size = head["octets"]
    if not 0 <= size <= MOST_OCTETS:
        raise ValueError(f"{size} octets")
    body = source.read(size)
    return (head, body) if len(body) == size else None
