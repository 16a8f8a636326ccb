"""The inbox's SMTP door: takes what anybody on this machine sends, and passes nothing on."""

import asyncio
import socket
from threading import Thread
from typing import Self
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailer.errors import PortTaken
from mailer.inbox.letters import Letterbox

BIGGEST_LETTER = 10_000_000  # bytes; announced as SIZE (RFC 1870)
NAME = "inbox.localhost"  # given, or aiosmtpd would ask the network for one


class SmtpServer:
    """A running server; `stop` ends it, and so does leaving its `with`."""

    def __init__(self, box: Letterbox, listener: socket.socket) -> None:
        self.host, self.port = listener.getsockname()[:2]
        self._box = box
        self._listener = listener
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._conversations: WeakSet[SMTP] = WeakSet()
        self._thread = Thread(target=self._run, name="inbox-smtp", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and give the port back."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one message; aiosmtpd asks for this by its name."""
        content = envelope.content
        assert isinstance(content, bytes)  # noqa: S101 - decode_data is off
        sender = envelope.mail_from or ""
        letter = self._box.put("" if sender == "<>" else sender, tuple(envelope.rcpt_tos), content)
        return f"250 2.0.0 kept as letter {letter.id}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(self._conversation, sock=self._listener)
        await self._stop.wait()
        server.close()
        for conversation in list(self._conversations):
            if conversation.transport is not None:
                conversation.transport.close()
        await server.wait_closed()
        await self._drain()

    def _conversation(self) -> SMTP:
        made = SMTP(
            self,
            hostname=NAME,
            ident="mailer inbox",
            data_size_limit=BIGGEST_LETTER,
            enable_SMTPUTF8=True,
            loop=self._loop,
        )
        self._conversations.add(made)
        return made

    async def _drain(self) -> None:
        """Let every conversation notice that its line is gone."""
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def start_smtp(box: Letterbox, host: str = "127.0.0.1", port: int = 0) -> SmtpServer:
    """Return a running server that puts every letter into `box`.

    Port 0 takes a free one; `port` of what is returned tells which. Raises PortTaken.
    """
    try:
        listener = socket.create_server((host, port))
    except OSError as why:
        raise PortTaken(host, port, "the inbox's SMTP port") from why
    return SmtpServer(box, listener)
