"""The conversation as a state machine, without a socket: what to say next, and what has ended.

It begins when the session is open (greeted, protected, logged in) and takes one message after the
other from `following`. Commands ride together where the server offers PIPELINING (RFC 2920): the
next envelope goes right behind the dot that ends the message before it, so that a message costs one
round trip. With CHUNKING (RFC 3030) envelope and content go together, and two messages at a time.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from mailer.delivery import smtp_grammar as grammar
from mailer.delivery.model import (
    Deferred,
    Envelope,
    InDoubt,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unsent,
)
from mailer.delivery.replies import LONGEST_LINE, ReplyReader, one_line
from mailer.delivery.smtp_grammar import Extensions
from mailer.errors import ConversationLost

NO_SMTPUTF8 = Reply(550, "5.6.7", "this address needs a relay with SMTPUTF8")
TOO_LARGE = Reply(552, "5.3.4", "the message is larger than the relay takes")
BAD_PATH = Reply(553, "5.1.3", "this is no address for the wire")

CHUNKED_AT_ONCE = 2  # messages under way in one conversation with CHUNKING
STRIDE = 4  # answers to a content, and to MAIL, RCPT and DATA of the message behind it
ALL_IS_WELL = [b"250 ", b"250 ", b"354 ", b""]


class Stage(Enum):
    """What the next reply answers."""

    RSET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    CONTENT = auto()  # the dot, or the last chunk
    HELD = auto()  # none: the server waits for content that may not leave yet
    NOTHING = auto()  # a lone dot: the server asked for content of a message nobody may get


@dataclass(slots=True, eq=False)
class Turn:
    """One message on its way."""

    envelope: Envelope | None  # None: of no message
    refusal: Reply | None = None  # of MAIL or RCPT
    opened: bool = False  # MAIL was taken: the server holds a transaction
    leaves_at: int | None = None  # octets said when its last byte is said


Ending = tuple[Envelope, Outcome | Unsent]


class Source(NamedTuple):
    """Where a conversation has its messages from."""

    following: Callable[[], Envelope | None]  # the next one, or None when there is none now
    may_leave: Callable[[Envelope], bool]  # whether its content may be said


class Conversation:
    """One open session. `out` is to be said, in order; `ended` says what became of whom."""

    def __init__(self, offered: Extensions, source: Source, most: int = 0) -> None:
        """Take messages from `source`, at most so many when `most` is not 0."""
        self.out: list[bytes] = []
        self.ended: list[Ending] = []
        self.lost: str | None = None  # why the conversation is over
        self._offered = offered
        self._following, self._may_leave = source
        self._left = most or -1
        self._pipelined = "PIPELINING" in offered
        self._chunked = "CHUNKING" in offered and self._pipelined
        self._largest = offered.size
        self._expected: deque[tuple[Stage, Turn]] = deque()
        self._replies = ReplyReader()
        self._rest = b""
        self._said = 0
        self._reset_first = False
        self._steps = b""  # RCPT, kept until MAIL is answered
        self._waiting: Envelope | None = None  # given already, and may not leave yet

    @property
    def stage(self) -> Stage | None:
        """What is waited for; None when nothing is."""
        return self._expected[0][0] if self._expected else None

    @property
    def worn_out(self) -> bool:
        """Whether it has taken as many messages as one conversation may."""
        return self._left == 0

    def go_on(self) -> None:
        """Say what was held, and begin with the next message when there is room for it."""
        if self.lost is not None:
            return
        if self._expected and self._expected[0][0] is Stage.HELD:
            _, turn = self._expected[0]
            if self._may_say(turn):
                self._expected.popleft()
                self._say_content(turn)
        elif self._room():
            self._begin_next()

    def stride(self, data: bytes) -> Ending | None:
        """Take the answers to a content and to the envelope behind it at once, when all are yes.

        So most answers come. The content that may follow is held until somebody lets it go on.
        Where it returns None nothing has happened: the answers are to be `heard`.
        """
        if len(self._expected) != STRIDE or self._rest:
            return None
        first, _, others = data.partition(b"\r\n")
        sent = _sent(first)
        if sent is None or not _all_is_well(others):
            return None
        (stage, ended), _, _, (_, turn) = self._expected
        if stage is not Stage.CONTENT or ended.refusal is not None or self._replies.begun:
            return None
        assert ended.envelope is not None  # noqa: S101 - a content is a message's
        turn.opened = True
        self._expected.clear()
        self._expected.append((Stage.HELD, turn))
        return ended.envelope, sent

    def heard(self, data: bytes) -> None:
        """Take what the server said, in pieces of any size."""
        if self.lost is not None:
            return
        if self._rest:
            data = self._rest + data
        lines = data.split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_LINE:
            self.broken("the relay sent a line without an end")
            return
        for line in lines:
            self._line(line.removesuffix(b"\r"))

    def broken(self, why: str, unsent: int = 0, *, answered: bool = False) -> None:
        """End it: the line is gone, and of what was said the last `unsent` octets never left.

        `answered` says that it was another message's answer that ended it.
        """
        if self.lost is not None:
            return
        self.lost = why
        left = self._said - unsent - sum(map(len, self.out))
        first = not answered
        for turn in dict.fromkeys(turn for _, turn in self._expected):
            if turn.leaves_at is not None and turn.leaves_at <= left and turn.refusal is None:
                self._end(turn, InDoubt(why))
            elif turn.refusal is not None:
                self._end(turn, _outcome(turn.refusal))
            else:
                # Who was first may be the reason: tried again later, and not for ever.
                self._end(turn, Deferred(Reply(451, "4.4.2", why)) if first else Unsent(why))
            first = False
        if self._waiting is not None:
            self.ended.append((self._waiting, Unsent(why)))
            self._waiting = None
        self._expected.clear()
        self.out.clear()

    def _line(self, line: bytes) -> None:
        if self.lost is not None:
            return
        if self._expected and not self._replies.begun:
            stage, turn = self._expected[0]
            # Most replies are these three; what else they say is not needed.
            if line[:4] == b"250 " and (stage is Stage.RCPT or stage is Stage.MAIL):
                self._expected.popleft()
                self._accepted(stage, turn)
                return
        try:
            reply = self._replies.feed(line)
        except ConversationLost as why:
            self.broken(str(why))
            return
        if reply is not None:
            self._reply(reply)

    def _reply(self, reply: Reply) -> None:
        if not self._expected or self._expected[0][0] is Stage.HELD:
            said = "closed the conversation" if reply.code == 421 else "spoke out of turn"
            self.broken(f"the relay {said}: {reply.code} {reply.text}")
            return
        stage, turn = self._expected[0]
        if reply.code == 421 and stage is not Stage.CONTENT:
            if stage is Stage.RCPT and (reply.status or "").startswith("4.7."):
                # Of this receiver, and not of the relay: what is behind it had enough.
                self._end(turn, Deferred(reply))
                self._expected = deque(one for one in self._expected if one[1] is not turn)
            self.broken(f"the relay closed the conversation: {reply.text}")
            return
        self._expected.popleft()
        if stage is Stage.CONTENT:
            self._end(turn, _outcome(turn.refusal or reply))
            self._reset_first = turn.refusal is not None and turn.opened
            if reply.code == 421:
                why = f"the relay closed the conversation: {reply.text}"
                self.broken(why, answered=True)
            else:
                self._begin_next()
        elif stage is Stage.DATA:
            self._answered_data(turn, reply)
        elif stage in {Stage.RSET, Stage.NOTHING}:
            self._begin_next()
        elif reply.code >= 400:
            self._refused(stage, turn, reply)
        else:
            self._accepted(stage, turn)

    def _accepted(self, stage: Stage, turn: Turn) -> None:
        """MAIL or RCPT was taken."""
        if stage is Stage.MAIL:
            turn.opened = True
        if not self._pipelined and turn.refusal is None:
            self._say_step(Stage.RCPT if stage is Stage.MAIL else Stage.DATA, turn)

    def _refused(self, stage: Stage, turn: Turn, reply: Reply) -> None:
        """MAIL or RCPT was not taken; the rest of the group is on its way already."""
        turn.refusal = turn.refusal or reply
        if not self._pipelined:
            self._end(turn, _outcome(turn.refusal))
            self._reset_first = stage is Stage.RCPT
            self._begin_next()

    def _answered_data(self, turn: Turn, reply: Reply) -> None:
        if reply.code == 354 and turn.refusal is None:
            self._may_begin_content(turn)
        elif reply.code == 354:
            # RFC 2920 section 3.1: nobody may get it, and the server waits for it all the same.
            self._end(turn, _outcome(turn.refusal or reply))
            self._say(b".\r\n")
            self._expected.append((Stage.NOTHING, Turn(None)))
        elif reply.code >= 400:
            self._end(turn, _outcome(turn.refusal or reply))
            self._reset_first = turn.opened
            self._begin_next()
        else:
            self._expected.appendleft((Stage.DATA, turn))
            self.broken(f"the relay answered {reply.code} to DATA")

    def _may_say(self, turn: Turn) -> bool:
        assert turn.envelope is not None  # noqa: S101 - DATA is said for a message
        return self._may_leave(turn.envelope)

    def _may_begin_content(self, turn: Turn) -> None:
        if self._may_say(turn):
            self._say_content(turn)
        else:
            self._expected.append((Stage.HELD, turn))

    def _say_content(self, turn: Turn) -> None:
        envelope = turn.envelope
        assert envelope is not None  # noqa: S101 - DATA is said for a message
        if envelope.dotless:
            self.out += envelope.pieces
            self._said += envelope.octets + 3
            self.out.append(b".\r\n")
        else:
            self._say(grammar.stuffed(b"".join(envelope.pieces)))
        turn.leaves_at = self._said
        self._expected.append((Stage.CONTENT, turn))
        if self._pipelined:
            self._begin_next()

    def _begin_next(self) -> None:
        """Say the next envelopes, as many as may be under way."""
        if self._reset_first and not self._pipelined:
            self._say_reset()
        while self.lost is None and self._room():
            envelope = self._next()
            if envelope is None:
                return
            refusal = self._begin(envelope)
            if refusal is not None:
                self.ended.append((envelope, Refused(refusal)))

    def _next(self) -> Envelope | None:
        """Return the next message; with CHUNKING only when its content may leave as well."""
        envelope = self._waiting or (self._following() if self._left else None)
        self._waiting = None
        if self._chunked and envelope is not None and not self._may_leave(envelope):
            self._waiting = envelope
            return None
        return envelope

    def _room(self) -> bool:
        if not self._expected:
            return True
        if self._chunked:
            under_way = sum(stage is Stage.CONTENT for stage, _ in self._expected)
            return under_way < CHUNKED_AT_ONCE
        return self._pipelined and self._expected[-1][0] is Stage.CONTENT

    def _begin(self, envelope: Envelope) -> Reply | None:
        """Say the commands for a message, or return why it cannot be said to this server."""
        utf8 = envelope.path is None and (
            envelope.recipient.needs_smtputf8 or not envelope.sender.isascii()
        )
        if utf8 and "SMTPUTF8" not in self._offered:
            return NO_SMTPUTF8
        octets = envelope.octets
        if self._largest is not None and octets > self._largest:
            return TOO_LARGE
        number = envelope.delivery_id
        mail = grammar.mail_from(envelope.sender, octets, self._offered, utf8=utf8, envid=number)
        rcpt = grammar.rcpt_to(
            envelope.recipient, self._offered, utf8=utf8, notify=envelope.notify, path=envelope.path
        )
        if mail is None or rcpt is None:
            return BAD_PATH
        turn = Turn(envelope)
        self._left -= 1
        # With CHUNKING the message before may yet fail, and would leave its transaction open.
        if self._reset_first or (self._chunked and self._expected):
            self._say_reset()
        self._expected.append((Stage.MAIL, turn))
        if not self._pipelined:
            self._steps = rcpt
            self._say(mail)
            return None
        self._expected.append((Stage.RCPT, turn))
        if self._chunked:
            self._say(mail + rcpt + b"BDAT %d LAST\r\n" % octets)
            self.out += envelope.pieces
            self._said += octets
            turn.leaves_at = self._said
            self._expected.append((Stage.CONTENT, turn))
        else:
            self._say(mail + rcpt + b"DATA\r\n")
            self._expected.append((Stage.DATA, turn))
        return None

    def _say_step(self, stage: Stage, turn: Turn) -> None:
        """Without PIPELINING: one command, one answer."""
        self._say(self._steps if stage is Stage.RCPT else b"DATA\r\n")
        self._expected.append((stage, turn))

    def _say_reset(self) -> None:
        self._reset_first = False
        self._say(b"RSET\r\n")
        self._expected.append((Stage.RSET, Turn(None)))

    def _say(self, octets: bytes) -> None:
        self.out.append(octets)
        self._said += len(octets)

    def _end(self, turn: Turn, outcome: Outcome | Unsent) -> None:
        if turn.envelope is not None:
            self.ended.append((turn.envelope, outcome))


@lru_cache(1024)
def _sent(line: bytes) -> Sent | None:
    """Return what a positive answer to a content means; None when it is no 250 of one line."""
    reply = one_line(line) if line[:4] == b"250 " else None
    return None if reply is None else Sent(reply)


@lru_cache(256)
def _all_is_well(answers: bytes) -> bool:
    """Whether these are the answers to MAIL, RCPT and DATA when all are yes, and no more."""
    return [line[:4] for line in answers.split(b"\r\n")] == ALL_IS_WELL


def _outcome(reply: Reply) -> Outcome:
    if reply.positive:
        return Sent(reply)
    return Refused(reply) if reply.permanent else Deferred(reply)
