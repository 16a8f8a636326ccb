"""One SMTP conversation over a socket: opened, protected, logged in, used, ended (RFC 5321)."""

import asyncio
import ssl
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from dataclasses import dataclass

from mailer.config.settings import RelaySettings, Tls
from mailer.delivery import smtp_protocol as protocol
from mailer.delivery.model import Deferred, Envelope, InDoubt, Outcome, Refused, Reply, Sent
from mailer.delivery.replies import LONGEST_LINE, ReplyReader
from mailer.delivery.smtp_protocol import Extensions
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


class SmtpSession:
    """An open conversation that takes one message after another."""

    def __init__(
        self, relay: str, reader: StreamReader, writer: StreamWriter, patience: Patience
    ) -> None:
        self.relay = relay
        self.lost = False
        self.offered = Extensions({})
        self._reader = reader
        self._writer = writer
        self._patience = patience
        self._replies = ReplyReader()

    async def send(self, envelope: Envelope) -> Outcome:
        """Hand over one message; a line that breaks before its last byte only puts it off."""
        try:
            refusal = await self._envelope(envelope)
            if refusal is not None:
                return refusal
        except ConversationLost as why:
            return Deferred(Reply(451, "4.4.2", str(why)))
        return await self._content(envelope.message)

    async def close(self) -> None:
        """Say QUIT and wait for the answer, a little; then hang up."""
        if not self.lost:
            try:
                await self.ask(b"QUIT\r\n", self._patience.quit)
            except ConversationLost:
                self.lost = True
        self.lost = True
        self._writer.close()
        try:
            await asyncio.wait_for(self._writer.wait_closed(), self._patience.quit)
        except (OSError, ssl.SSLError, TimeoutError):
            return  # the other end was gone already

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
            self.lost = True
            raise ConversationLost(f"no answer for {patience:g} seconds") from why
        except ConversationLost:
            self.lost = True
            raise
        if reply.code == 421:  # RFC 5321 section 3.8: the server leaves, at any moment
            self.lost = True
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
            self.lost = True
            raise ConversationLost("the relay took no more") from why

    async def _envelope(self, envelope: Envelope) -> Outcome | None:
        """Say MAIL, RCPT and DATA; None when the server waits for the content."""
        utf8 = envelope.recipient.needs_smtputf8 or not envelope.sender.isascii()
        lines = self._lines(envelope, utf8=utf8)
        if isinstance(lines, Reply):
            return Refused(lines)
        for line in lines:
            reply = await self.ask(line, self._patience.command)
            if not reply.positive:
                await self.ask(b"RSET\r\n", self._patience.command)
                return _outcome(reply)
        reply = await self.ask(b"DATA\r\n", self._patience.data)
        if reply.code == 354:
            return None
        if reply.positive:
            self.lost = True
            raise ConversationLost(f"the relay answered {reply.code} to DATA")
        await self.ask(b"RSET\r\n", self._patience.command)
        return _outcome(reply)

    def _lines(self, envelope: Envelope, *, utf8: bool) -> list[bytes] | Reply:
        if utf8 and "SMTPUTF8" not in self.offered:
            return NO_SMTPUTF8
        octets = len(envelope.message)
        if self.offered.size is not None and octets > self.offered.size:
            return TOO_LARGE
        mail = protocol.mail_from(envelope.sender, octets, self.offered, utf8=utf8)
        rcpt = protocol.rcpt_to(envelope.recipient, utf8=utf8)
        return BAD_PATH if mail is None or rcpt is None else [mail, rcpt]

    async def _content(self, message: bytes) -> Outcome:
        """Send the content. Before its last byte nothing is delivered; after it, only the answer
        can say."""
        content = protocol.stuffed(message)
        try:
            await self._write(content[:-5], self._patience.block)
        except ConversationLost as why:
            return Deferred(Reply(451, "4.4.2", str(why)))
        try:
            await self._write(content[-5:], self._patience.block)
            return _outcome(await self.answer(self._patience.final_dot))
        except ConversationLost as why:
            return InDoubt(str(why))


async def open_session(relay: RelaySettings, patience: Patience) -> SmtpSession:
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
    session = SmtpSession(relay.name, reader, writer, patience)
    try:
        await _begin(session, relay, patience)
    except ConversationLost as why:
        await session.close()
        raise RelayAway(f"{relay.name} ({relay.host}:{relay.port}): {why}") from why
    except (RelayAway, LoginRefused):
        await session.close()
        raise
    return session


async def _begin(session: SmtpSession, relay: RelaySettings, patience: Patience) -> None:
    greeting = await session.answer(patience.greeting)
    if greeting.code != 220:
        raise RelayAway(f"{relay.name} does not take mail: {greeting.code} {greeting.text}")
    await _hello(session, relay, patience)
    if relay.tls is Tls.STARTTLS:
        await _protect(session, relay, patience)
        await _hello(session, relay, patience)  # RFC 3207 section 4.2: all offers are forgotten
    if relay.username is not None and relay.password is not None:
        await _log_in(session, relay, relay.username, relay.password.value, patience)


async def _hello(session: SmtpSession, relay: RelaySettings, patience: Patience) -> None:
    reply = await session.ask(protocol.command("EHLO [127.0.0.1]"), patience.command)
    if not reply.positive:
        reply = await session.ask(protocol.command("HELO [127.0.0.1]"), patience.command)
    if not reply.positive:
        raise RelayAway(f"{relay.name} refused the greeting: {reply.code} {reply.text}")
    session.offered = protocol.extensions(reply)


async def _protect(session: SmtpSession, relay: RelaySettings, patience: Patience) -> None:
    """Turn the line into a protected one, or use it for nothing."""
    if "STARTTLS" not in session.offered:
        raise RelayAway(f"{relay.name} offers no STARTTLS, and [[relay]] tls asks for it")
    reply = await session.ask(b"STARTTLS\r\n", patience.command)
    if reply.code != 220:
        raise RelayAway(f"{relay.name} refused STARTTLS: {reply.code} {reply.text}")
    try:
        await session.start_tls(_context(relay), relay.host, patience.connect)
    except (OSError, ssl.SSLError, TimeoutError) as why:
        session.lost = True
        raise RelayAway(f"{relay.name}: {_reason(why)}") from why


async def _log_in(
    session: SmtpSession, relay: RelaySettings, username: str, password: str, patience: Patience
) -> None:
    mechanism = session.offered.mechanism
    if mechanism is None:
        raise LoginRefused(f"{relay.name} offers no way to log in that we know")
    if mechanism == "CRAM-MD5":
        challenge = await session.ask(b"AUTH CRAM-MD5\r\n", patience.command)
        reply = challenge
        if challenge.code == 334:
            answer = protocol.cram_md5(challenge, username, password)
            reply = await session.ask(answer, patience.command)
    else:
        first, answers = protocol.login_lines(mechanism, username, password)
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


def _outcome(reply: Reply) -> Outcome:
    if reply.positive:
        return Sent(reply)
    return Refused(reply) if reply.permanent else Deferred(reply)


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
