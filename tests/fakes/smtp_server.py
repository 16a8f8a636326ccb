"""A real SMTP server on loopback that says what a test tells it to.

with SmtpServer() as server:
    server.answer("RCPT", "550 5.1.1 nobody here")       # the next RCPT, once
    server.refuse("ben@example.org", "550 5.1.1 no")     # that recipient, always
    server.answer("dot", LOSE)                           # takes the message, and hangs up
    ...
    assert server.messages[0].recipients == ("ada@example.org",)
"""

import asyncio
import hmac
import random
import re
import ssl
import subprocess
from asyncio import StreamReader, StreamWriter
from base64 import b64decode, b64encode
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Literal, Self

DROP = "(hang up)"  # before anything is said or taken
LOSE = "(take it and hang up)"  # at the dot: the message is kept, its answer is lost
INJECT = "(speak too early)"  # at STARTTLS: an answer in clear comes along with the go-ahead
MUTE = "(say nothing more)"  # and go on listening
AFTER_NEXT = "(wait)"  # at the dot: answered only when the command behind it is here

STEP_BY_STEP = ("SIZE 10000000", "SMTPUTF8", "8BITMIME")
PIPELINED = (*STEP_BY_STEP, "PIPELINING")
CHUNKED = (*PIPELINED, "CHUNKING")

Stage = Literal["greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "dot", "RSET"]
CHALLENGE = "<1@fake.example>"


@dataclass(frozen=True)
class Message:
    """One message that was taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes  # dots undoubled
    protected: bool  # came over TLS
    user: str | None


class HungUp(Exception):
    """The conversation is over."""


class SmtpServer:
    """Takes mail in a thread of its own until the `with` ends."""

    def __init__(
        self,
        *,
        tls: Literal["none", "starttls", "implicit"] = "none",
        certificate: Path | None = None,
        login: tuple[str, str] | None = None,
        offers: tuple[str, ...] = PIPELINED,
        drips: bool = False,
        thinks: tuple[float, float] = (0, 0),
        parts_slowly: bool = False,
    ) -> None:
        self.tls = tls
        self.login = login
        self.offers = offers
        self.drips = drips  # says each reply a byte at a time
        self.thinks = thinks  # seconds before it answers a dot: at least, at most
        self.parts_slowly = parts_slowly  # says good-bye a little late
        self.left_early = 0  # clients that did not wait for it
        self.port = 0
        self.commands: list[str] = []
        self._messages: list[Message] = []
        self._changed = Condition()
        self._answers: dict[str, deque[str]] = defaultdict(deque)
        self._refused: dict[str, str] = {}
        self._open: set[Conversation] = set()
        self.context = None if certificate is None else _context(certificate)
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def messages(self) -> list[Message]:
        with self._changed:
            return list(self._messages)

    def answer(self, stage: Stage, *replies: str) -> None:
        """Answer the next times at this stage with these, and then as usual again."""
        self._answers[stage].extend(replies)

    def forget_answers(self) -> None:
        """Answer as usual again, at every stage."""
        self._answers.clear()

    def refuse(self, recipient: str, reply: str) -> None:
        """Answer RCPT for this recipient so, always."""
        self._refused[recipient] = reply

    def hang_up(self, words: str) -> None:
        """Say this to every client, out of turn, and hang up."""

        def say() -> None:
            for conversation in self._open:
                conversation.writer.write(words.encode() + b"\r\n")
                conversation.writer.close()

        self._loop.call_soon_threadsafe(say)

    def wait_for(self, count: int, timeout: float = 30) -> list[Message]:
        """Return the messages when there are so many; fail when they do not come."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self._messages) >= count, timeout)
            assert there, f"{len(self._messages)} of {count} messages came"
            return list(self._messages)

    def keep(self, message: Message) -> None:
        with self._changed:
            self._messages.append(message)
            self._changed.notify_all()

    def reply_at(self, stage: str, usual: str) -> str:
        waiting = self._answers[stage]
        return waiting.popleft() if waiting else usual

    def reply_to_recipient(self, recipient: str) -> str:
        return self._refused.get(recipient, "250 2.1.5 fine")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        implicit = self.context if self.tls == "implicit" else None
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=implicit)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        conversation = Conversation(self, reader, writer)
        self._open.add(conversation)
        try:
            await conversation.run()
        except (HungUp, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass  # the server stops; asyncio's streams would report the task as broken
        finally:
            self._open.remove(conversation)
            conversation.writer.close()


class Conversation:
    """One client."""

    def __init__(self, server: SmtpServer, reader: StreamReader, writer: StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.protected = server.tls == "implicit"
        self.user: str | None = None
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.ahead = b""  # a command that was waited for
        self.mute = False

    async def run(self) -> None:
        await self.say("greeting", "220 fake.example ready")
        while True:
            line = (self.ahead or await self.reader.readuntil(b"\r\n")).decode().rstrip("\r\n")
            self.ahead = b""
            self.server.commands.append(line)
            word, _, rest = line.partition(" ")
            await getattr(self, f"on_{word.lower()}", self.on_unknown)(rest)

    async def say(self, stage: str, usual: str) -> str:
        """Say what the test wants, or the usual; return it."""
        reply = self.server.reply_at(stage, usual)
        if reply == DROP:
            raise HungUp
        await self.write(reply)
        if reply.startswith("421"):
            raise HungUp
        return reply

    async def write(self, reply: str) -> None:
        self.mute = self.mute or reply == MUTE
        if self.mute:
            return
        data = reply.encode() + b"\r\n"
        for start in range(len(data)) if self.server.drips else [0]:
            self.writer.write(data[start : start + 1] if self.server.drips else data)
            await self.writer.drain()

    async def on_ehlo(self, _: str) -> None:
        offers = ["fake.example", *self.server.offers]
        if self.server.tls == "starttls" and not self.protected:
            offers.append("STARTTLS")
        elif self.server.login is not None:
            offers.append("AUTH PLAIN LOGIN CRAM-MD5")
        lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
        await self.say("EHLO", "\r\n".join(lines))

    async def on_starttls(self, _: str) -> None:
        reply = self.server.reply_at("STARTTLS", "220 go ahead")
        if reply == DROP:
            raise HungUp
        if reply == INJECT:
            self.writer.write(b"220 go ahead\r\n250 injected\r\n")
        else:
            await self.write(reply)
        if not reply.startswith("220") and reply != INJECT:
            return
        assert self.server.context is not None
        await self.writer.start_tls(self.server.context)
        self.protected = True

    async def on_auth(self, rest: str) -> None:
        mechanism, _, first = rest.partition(" ")
        if mechanism == "XOAUTH2":
            user, password = re.findall(r"user=(.*)\x01auth=Bearer (.*)\x01\x01", _text(first))[0]
            if (user, password) != self.server.login:
                await self.write("334 eyJzdGF0dXMiOiI0MDEifQ==")
                await self.reader.readuntil(b"\r\n")
        elif mechanism == "PLAIN":
            _, user, password = b64decode(first).decode().split("\0")
        elif mechanism == "LOGIN":
            user, password = [await self.challenge(word) for word in ("Username:", "Password:")]
        else:
            user, _, digest = (await self.challenge(CHALLENGE)).partition(" ")
            _, password = self.server.login or ("", "")
            if digest != hmac.new(password.encode(), CHALLENGE.encode(), "md5").hexdigest():
                password = ""
        good = (user, password) == self.server.login
        reply = await self.say("AUTH", "235 2.7.0 welcome" if good else "535 5.7.8 no")
        self.user = user if reply.startswith("235") else None

    async def challenge(self, word: str) -> str:
        await self.write(f"334 {b64encode(word.encode()).decode()}")
        return b64decode(await self.reader.readuntil(b"\r\n")).decode()

    async def on_mail(self, rest: str) -> None:
        if self.server.login is not None and self.user is None:
            await self.write("530 5.7.0 log in first")
            return
        if self.sender is not None:
            await self.write("503 5.5.1 nested MAIL")
            return
        reply = await self.say("MAIL", "250 2.1.0 fine")
        if reply.startswith("250"):
            self.sender = rest.partition("<")[2].partition(">")[0]

    async def on_rcpt(self, rest: str) -> None:
        recipient = rest.partition("<")[2].partition(">")[0]
        if self.sender is None:
            await self.write("503 5.5.1 MAIL first")
            return
        reply = await self.say("RCPT", self.server.reply_to_recipient(recipient))
        if reply.startswith("250"):
            self.recipients.append(recipient)

    async def on_data(self, _: str) -> None:
        usual = "354 go on" if self.recipients else "503 5.5.1 RCPT first"
        reply = await self.say("DATA", usual)
        if reply.startswith("354"):
            await self.take()

    async def take(self) -> None:
        lines = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        await self.settle(b"".join(lines))

    async def on_bdat(self, rest: str) -> None:
        octets, _, last = rest.partition(" ")
        content = await self.reader.readexactly(int(octets))
        assert last == "LAST"
        if self.recipients:
            await self.settle(content)
        else:
            await self.write("503 5.5.1 RCPT first")

    async def settle(self, content: bytes) -> None:
        """Keep a message, or not, and answer."""
        usual = "250 2.0.0 kept" if self.recipients else "554 5.5.1 nobody may get it"
        reply = self.server.reply_at("dot", usual)
        if reply == DROP:
            raise HungUp
        if reply == AFTER_NEXT:
            self.ahead, reply = await self.reader.readuntil(b"\r\n"), usual
        if reply.startswith("250") or reply == LOSE:
            recipients = tuple(self.recipients)
            self.server.keep(
                Message(self.sender or "", recipients, content, self.protected, self.user)
            )
        self.sender, self.recipients = None, []
        if reply == LOSE:
            raise HungUp
        if self.server.thinks[1]:
            await asyncio.sleep(random.uniform(*self.server.thinks))  # noqa: S311 - no secret
        await self.write(reply)
        if reply.startswith("421"):
            raise HungUp

    async def on_rset(self, _: str) -> None:
        self.sender, self.recipients = None, []
        await self.say("RSET", "250 2.0.0 forgotten")

    async def on_quit(self, _: str) -> None:
        if self.server.parts_slowly:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    self.server.left_early += await self.reader.read(1) == b""
        await self.write("221 2.0.0 bye")
        raise HungUp

    async def on_unknown(self, _: str) -> None:
        await self.write("500 5.5.2 what?")


def _text(encoded: str) -> str:
    return b64decode(encoded).decode()


def make_certificate(folder: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1 that nobody signed, into one file."""
    path = folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", path, "-out", folder / "public.pem"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + (folder / "public.pem").read_bytes())
    return path


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
