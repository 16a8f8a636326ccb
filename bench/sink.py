"""A server that takes every mail, keeps none, and is in nobody's way: one loop, few system calls.

Prints `ready PORT`; on SIGTERM one line of JSON with the number of messages.
"""

import argparse
import json
import selectors
import signal
import socket
import sys
from types import FrameType

END = b"\r\n.\r\n"
CHUNK = 1 << 18


class Conversation:
    """What one client has said so far."""

    def __init__(self, line: socket.socket, offer: bytes) -> None:
        self.line = line
        self.offer = offer
        self.kept = b""  # an unfinished command, or the last bytes of an unfinished message
        self.in_message = False
        self.binary_left = 0  # octets of a BDAT chunk that are still to come
        self.messages = 0

    def take(self, data: bytes) -> bytes:
        """Return what to answer."""
        answers: list[bytes] = []
        data = self.kept + data if self.kept else data
        self.kept = b""
        at = 0
        while at < len(data):
            if self.binary_left:
                step = min(self.binary_left, len(data) - at)
                self.binary_left -= step
                at += step
                if not self.binary_left:
                    self._ended(answers)
            elif self.in_message:
                end = data.find(END, at)
                if end < 0:
                    self.kept = data[max(at, len(data) - 4) :]
                    break
                at = end + 5
                self.in_message = False
                self._ended(answers)
            else:
                end = data.find(b"\n", at)
                if end < 0:
                    self.kept = data[at:]
                    break
                answers.append(self._command(data[at:end]))
                at = end + 1
        return b"".join(answers)

    def _ended(self, answers: list[bytes]) -> None:
        self.messages += 1
        answers.append(b"250 2.0.0 taken\r\n")

    def _command(self, said: bytes) -> bytes:
        verb = said[:4].upper()
        if verb in {b"MAIL", b"RCPT", b"RSET", b"NOOP"}:
            return b"250 2.1.0 fine\r\n"
        if verb == b"DATA":
            self.in_message = True
            return b"354 go on\r\n"
        if verb == b"BDAT":
            self.binary_left = int(said.split()[1])
            return b""
        if verb == b"EHLO":
            return self.offer
        return b"221 2.0.0 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n"


OFFER = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 100000000\r\n"
WITH_CHUNKING = OFFER.replace(b"250 SIZE", b"250-CHUNKING\r\n250 SIZE")


def main() -> None:
    """Serve until SIGTERM."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--chunking", action="store_true", help="offer CHUNKING (RFC 3030)")
    wanted = options.parse_args()
    door = socket.create_server((wanted.host, wanted.port), backlog=1000)
    print(f"ready {door.getsockname()[1]}", flush=True)
    signal.signal(signal.SIGTERM, _end)
    serve(door, WITH_CHUNKING if wanted.chunking else OFFER)


def serve(door: socket.socket, offer: bytes) -> None:
    """Answer everybody; when ended, say how many messages there were."""
    looking = selectors.DefaultSelector()
    looking.register(door, selectors.EVENT_READ, None)
    everybody: list[Conversation] = []
    try:
        while True:
            for key, _ in looking.select():
                if key.data is None:
                    line, _ = door.accept()
                    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    line.sendall(b"220 sink.example ESMTP\r\n")
                    everybody.append(Conversation(line, offer))
                    looking.register(line, selectors.EVENT_READ, everybody[-1])
                elif not _answer(key.data):
                    looking.unregister(key.data.line)
                    key.data.line.close()
    except SystemExit:
        print(json.dumps({"messages": sum(one.messages for one in everybody)}), flush=True)
        raise


def _answer(client: Conversation) -> bool:
    """Read once and answer; False when the client has gone."""
    try:
        data = client.line.recv(CHUNK)
        if data:
            answer = client.take(data)
            if answer:
                client.line.sendall(answer)
    except ConnectionError:
        return False
    return bool(data)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
