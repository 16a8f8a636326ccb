"""What servers say, read without trusting them (RFC 5321 section 4.2, RFC 3463)."""

import re
from functools import lru_cache

from mailer.delivery.model import Reply
from mailer.errors import ConversationLost

LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
MOST_LINES = 200
LONGEST_LINE = 2_000  # the standard says 512; real servers say more
LONGEST_TEXT = 1_000  # characters kept


class ReplyReader:
    """Puts a reply together from lines; one reader for one reply after the other."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []

    @property
    def begun(self) -> bool:
        """Whether a reply is there in part: the next line belongs to it."""
        return bool(self._lines)

    def feed(self, line: bytes) -> Reply | None:
        """Take one line without its end; return the reply when it is the last one.

        Raises ConversationLost when it is no reply: whatever is there does not speak SMTP.
        """
        if not self._lines and line[3:4] == b" " and (reply := one_line(line)) is not None:
            return reply
        found = LINE.fullmatch(line)
        if found is None or len(line) > LONGEST_LINE or len(self._lines) >= MOST_LINES:
            raise ConversationLost(f"the server said what is no reply: {_shown(line)}")
        code = int(found[1])
        if self._lines and self._lines[0][0] != code:
            raise ConversationLost(f"the server changed its mind in mid-reply: {_shown(line)}")
        self._lines.append((code, _text(found[3] or b"")))
        if found[2] == b"-":
            return None
        lines, self._lines = self._lines, []
        return _reply(code, [text for _, text in lines])


@lru_cache(1024)
def one_line(line: bytes) -> Reply | None:
    """Return a reply of one line, which most are, and the same ones again and again."""
    found = LINE.fullmatch(line)
    if found is None or len(line) > LONGEST_LINE:
        return None
    return _reply(int(found[1]), [_text(found[3] or b"")])


def _reply(code: int, texts: list[str]) -> Reply:
    first = STATUS.match(texts[0])
    status = first[1] if first and first[1][0] == str(code)[0] else None
    said = [text.removeprefix(f"{status} ") if status else text for text in texts]
    return Reply(code, status, "\n".join(said)[:LONGEST_TEXT])


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if not text.isprintable():
        text = "".join(mark if mark.isprintable() else "�" for mark in text)
    return text.strip()


def _shown(line: bytes) -> str:
    return repr(_text(line)[:100])
