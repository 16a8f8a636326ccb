"""One open SMTP conversation on its socket: says what the state machine wants, and keeps time."""

import asyncio
from functools import partial

from mailer.delivery.smtp_connection import Opening, Patience
from mailer.delivery.smtp_protocol import Conversation, Source, Stage
from mailer.delivery.switchboard import Switchboard
from mailer.delivery.transport import Post


class SmtpLine(asyncio.Protocol):
    """A line that takes its messages from `post` and tells it how they ended."""

    def __init__(
        self,
        relay: str,
        opening: Opening,
        patience: Patience,
        post: Post,
        most: int,
        switchboard: Switchboard | None = None,
    ) -> None:
        """Take over from `opening`; raises ConversationLost when the line is gone already."""
        self.relay = relay
        self._post = post
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        source = Source(partial(post.following, relay), post.may_leave)
        self._conversation = Conversation(opening.offered, source, most)
        self._gone = self._loop.create_future()
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._ending = False
        self._opening = opening  # kept: a stream that is forgotten closes its line
        self._transport = opening.hand_over(self, switchboard)

    @property
    def lost(self) -> bool:
        """Whether it takes no more messages."""
        return self._ending or self._conversation.lost is not None

    @property
    def rests(self) -> bool:
        """Whether it is open and has nothing under way."""
        return not self.lost and self._conversation.stage is None

    def go_on(self) -> None:
        """Take the next messages, as many as may be under way."""
        self.compose()
        self.say()

    def compose(self) -> None:
        """Work out what `say` is to say."""
        if not self.lost:
            self._conversation.go_on()

    def say(self) -> None:
        """Say it, and tell what has ended."""
        if self._conversation.out or self._conversation.ended:  # else its deadline stays
            self._speak()

    def data_received(self, data: bytes) -> None:
        if self._ending:
            self._transport.close()  # the answer to QUIT
            return
        ending = self._conversation.stride(data)
        if ending is not None:
            self._deadline = 0.0  # it is the server that waits
            self._post.strode(self, ending)
            return
        self._conversation.heard(data)
        self._speak()
        if self._conversation.stage is Stage.HELD:
            self._post.holds(self)

    def eof_received(self) -> None:
        self._break("the relay hung up", self._transport.get_write_buffer_size())

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self._gone.done():
            self._gone.set_result(None)
        self._break("the relay hung up")

    async def close(self) -> None:
        """Say QUIT and wait for the answer, a little; then hang up."""
        conversation = self._conversation
        if conversation.lost is None and conversation.stage is None:
            self._ending = True
            self._transport.write(b"QUIT\r\n")
            await asyncio.wait([self._gone], timeout=self._patience.quit)
        self._break("we hung up", self._transport.get_write_buffer_size())
        self._transport.abort()
        if self._timer is not None:
            self._timer.cancel()

    def _break(self, why: str, unsent: int = 0) -> None:
        if self._conversation.lost is None:
            self._conversation.broken(why, unsent)
            self._speak()

    def _speak(self) -> None:
        """Say what is to be said, tell what has ended, and look at the clock."""
        conversation = self._conversation
        if conversation.out:
            self._transport.writelines(conversation.out)
            conversation.out.clear()
        if conversation.ended:
            endings, conversation.ended = conversation.ended, []
            self._post.told(self.relay, endings)
        if conversation.lost is not None:
            self._transport.abort()
            self._post.rests(self)
        elif conversation.stage is Stage.HELD:
            self._deadline = 0.0  # it is the server that waits
        elif conversation.stage is None:
            self._deadline = 0.0
            if conversation.worn_out:
                self._ending = True
                self._transport.write(b"QUIT\r\n")  # its answer, or the end, closes it
            self._post.rests(self)
        else:
            self._keep_time(conversation.stage)

    def _keep_time(self, stage: Stage) -> None:
        """Give the server as long as it may have; one timer follows the deadline as it moves."""
        self._deadline = self._loop.time() + self._allowed(stage)
        if self._timer is None or self._timer.when() > self._deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._deadline == 0.0:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._look)
            return
        stage = self._conversation.stage
        waited = 0.0 if stage is None else self._allowed(stage)
        self._break(f"no answer for {waited:g} seconds", self._transport.get_write_buffer_size())

    def _allowed(self, stage: Stage) -> float:
        """Return the seconds of RFC 5321 section 4.5.3.2."""
        match stage:
            case Stage.CONTENT:
                return self._patience.final_dot
            case Stage.DATA:
                return self._patience.data
            case _:
                return self._patience.command
