"""One SMTP conversation over a socket: opened, protected, logged in, used, ended (RFC 5321)."""

import asyncio
import os
import socket
import ssl
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from dataclasses import dataclass

from mailer.config.settings import RelaySettings, Tls
from mailer.delivery import smtp_grammar as grammar
from mailer.delivery.model import Reply
from mailer.delivery.replies import LONGEST_LINE, ReplyReader
from mailer.delivery.smtp_grammar import Extensions
from mailer.delivery.switchboard import Switchboard, Wire
from mailer.errors import ConversationLost, LoginRefused, RelayAway

NO_SMTPUTF8 = Reply(550, "5.6.7", "this address needs a relay with SMTPUTF8")
TOO_LARGE = Reply(552, "5.3.4", "the message is larger than the relay takes")
BAD_PATH = Reply(553, "5.1.3", "this is no address for the wire")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for each answer (RFC 5321 section 4.5.3.2)."""

    connect: float = 60
    greeting: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    final_dot: float = 600  # shorter waits double mail (RFC 1047)
    quit: float = 5  # ours: nothing hangs on it


class Opening:
    """A conversation until it is open: one command, one answer."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, patience: Patience) -> None:
        self.offered = Extensions({})
        self._reader = reader
        self._writer = writer
        self._patience = patience
        self._replies = ReplyReader()

    def hand_over(self, line: asyncio.Protocol, switchboard: Switchboard | None) -> Wire:
        """Give the line to what talks from now on; raise ConversationLost when it is gone.

        What the relay said beyond its last answer was said out of turn, and ends it.
        """
        transport = self._writer.transport
        if transport.is_closing() or self._reader.at_eof():
            raise ConversationLost("the relay hung up")
        if self._reader._buffer:  # type: ignore[attr-defined]
            raise ConversationLost("the relay spoke out of turn")
        if switchboard is None or transport.get_extra_info("ssl_object") is not None:
            transport.set_protocol(line)
            return transport
        plain = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        plain.setblocking(False)
        transport.abort()  # its own end of the same connection
        return switchboard.take(plain, line)

    def close(self) -> None:
        """Hang up, without the farewell of TLS: who broke off would let us wait for theirs."""
        self._writer.transport.abort()

    async def ask(self, line: bytes, patience: float) -> Reply:
        """Say one line and return the answer; raise ConversationLost."""
        await self._write(line, patience)
        return await self.answer(patience)

    async def answer(self, patience: float) -> Reply:
        """Wait for a whole reply; raise ConversationLost, after 421 too."""
        try:
            async with asyncio.timeout(patience):
                while (reply := self._replies.feed(await self._line())) is None:
                    pass
        except TimeoutError as why:
            raise ConversationLost(f"no answer for {patience:g} seconds") from why
        if reply.code == 421:  # RFC 5321 section 3.8: the server leaves, at any moment
            raise ConversationLost(f"the relay closed the conversation: {reply.text}")
        return reply

    async def start_tls(self, context: ssl.SSLContext, host: str, patience: float) -> None:
        """Protect the line; what the other end said too early is thrown away.

        RFC 3207 section 6: text sent before the handshake would otherwise be taken for an answer
        that came behind it. A fresh reader has nothing of it.
        """
        loop = asyncio.get_running_loop()
        reader = StreamReader(limit=LONGEST_LINE * 2, loop=loop)
        stream = StreamReaderProtocol(reader, loop=loop)
        async with asyncio.timeout(patience):
            transport = await loop.start_tls(
                self._writer.transport, stream, context, server_hostname=host
            )
        if transport is None:
            raise ConnectionResetError("the relay hung up")
        stream.connection_made(transport)
        # Kept, or its end would close the line under the protected one.
        self._unprotected = self._writer
        self._reader, self._writer = reader, StreamWriter(transport, stream, reader, loop)

    async def _line(self) -> bytes:
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as why:
            raise ConversationLost("the relay sent a line without an end") from why
        except (asyncio.IncompleteReadError, OSError, ssl.SSLError) as why:
            raise ConversationLost("the relay hung up") from why
        return line.removesuffix(b"\n").removesuffix(b"\r")

    async def _write(self, data: bytes, patience: float) -> None:
        try:
            self._writer.write(data)
            async with asyncio.timeout(patience):
                await self._writer.drain()
        except (OSError, ssl.SSLError, TimeoutError) as why:
            raise ConversationLost("the relay took no more") from why


async def open_session(relay: RelaySettings, patience: Patience) -> Opening:
    """Connect, greet, protect and log in; raise RelayAway or LoginRefused."""
    try:
        async with asyncio.timeout(patience.connect):
            reader, writer = await asyncio.open_connection(
                relay.host,
                relay.port,
                ssl=_context(relay) if relay.tls is Tls.IMPLICIT else None,
                limit=LONGEST_LINE * 2,
            )
    except (OSError, ssl.SSLError, TimeoutError) as why:
        raise RelayAway(f"{relay.name} ({relay.host}:{relay.port}): {_reason(why)}") from why
    session = Opening(reader, writer, patience)
    try:
        await _begin(session, relay, patience)
    except ConversationLost as why:
        session.close()
        raise RelayAway(f"{relay.name} ({relay.host}:{relay.port}): {why}") from why
    except BaseException:  # cancelled, too
        session.close()
        raise
    return session


async def _begin(session: Opening, relay: RelaySettings, patience: Patience) -> None:
    greeting = await session.answer(patience.greeting)
    if greeting.code != 220:
        raise RelayAway(f"{relay.name} does not take mail: {greeting.code} {greeting.text}")
    await _hello(session, relay, patience)
    if relay.tls is Tls.STARTTLS:
        await _protect(session, relay, patience)
        await _hello(session, relay, patience)  # RFC 3207 section 4.2: all offers are forgotten
    secret = relay.token or relay.password
    if relay.username is not None and secret is not None:
        await _log_in(session, relay, relay.username, secret.value, patience)


async def _hello(session: Opening, relay: RelaySettings, patience: Patience) -> None:
    reply = await session.ask(grammar.command("EHLO [127.0.0.1]"), patience.command)
    if not reply.positive:
        reply = await session.ask(grammar.command("HELO [127.0.0.1]"), patience.command)
    if not reply.positive:
        raise RelayAway(f"{relay.name} refused the greeting: {reply.code} {reply.text}")
    session.offered = grammar.extensions(reply)


async def _protect(session: Opening, relay: RelaySettings, patience: Patience) -> None:
    """Turn the line into a protected one, or use it for nothing."""
    if "STARTTLS" not in session.offered:
        raise RelayAway(f"{relay.name} offers no STARTTLS, and [[relay]] tls asks for it")
    reply = await session.ask(b"STARTTLS\r\n", patience.command)
    if reply.code != 220:
        raise RelayAway(f"{relay.name} refused STARTTLS: {reply.code} {reply.text}")
    try:
        await session.start_tls(_context(relay), relay.host, patience.connect)
    except (OSError, ssl.SSLError, TimeoutError) as why:
        raise RelayAway(f"{relay.name}: {_reason(why)}") from why


async def _log_in(
    session: Opening, relay: RelaySettings, username: str, secret: str, patience: Patience
) -> None:
    mechanism = session.offered.mechanism(token=relay.token is not None)
    if mechanism is None:
        raise LoginRefused(f"{relay.name} offers no way to log in that we know")
    if mechanism == "CRAM-MD5":
        challenge = await session.ask(b"AUTH CRAM-MD5\r\n", patience.command)
        reply = challenge
        if challenge.code == 334:
            answer = grammar.cram_md5(challenge, username, secret)
            reply = await session.ask(answer, patience.command)
    else:
        first, answers = grammar.login_lines(mechanism, username, secret)
        reply = await session.ask(first, patience.command)
        for answer in answers:
            if reply.code == 334:
                reply = await session.ask(answer, patience.command)
    if reply.code != 235:
        raise LoginRefused(
            f"{relay.name} refused the login: {reply.code} {reply.text}",
            help="look at [[relay]] username and password",
        )


def _context(relay: RelaySettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not relay.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _reason(why: Exception) -> str:
    match why:
        case TimeoutError():
            return "no answer"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {why.verify_message}"
        case ssl.SSLError():
            return f"no protected line: {why.reason or why}"
        case OSError():
            return why.strerror or str(why)
        case _:
            return str(why)
