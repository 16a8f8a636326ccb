"""A mail by which somebody leaves: from the mailto link of a digest, or an answer to it.

Pure: bytes in, what they ask for out. Mails of programs ask for nothing, whatever is in them.
"""

import html
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import NamedTuple

from mailer.address import Address, parse_address
from mailer.errors import AddressError

LONGEST = 256 * 1024  # octets that are looked at
LONGEST_FIELD = 4_000  # characters of one header field: decoding takes the square of its length
MOST_ANSWERED = 20  # messages that a mail says it answers
TOKEN = re.compile(r"(?<![\w-])([A-Za-z0-9_-]{46})(?![\w-])")
HEAD_END = re.compile(rb"\r?\n\r?\n")
OURS = re.compile(r"<?(\d{1,18})\.([0-9a-f]{1,32})@")  # a Message-ID as delivery.person makes it
LINE_ENDS = re.compile(r"(?i)<br\b[^<>]*>|</(?:p|div|li|tr)>")
TAG = re.compile(r"<[^<>]*>")  # never over the next "<": that would be quadratic
# RFC 3834 section 2 and what programs say besides.
BY_PROGRAMS = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
FROM_PROGRAMS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "List-Id", "Feedback-Type")
# Apple's programs say that they wrote it (auto-replied), when somebody presses their "Unsubscribe".
BY_A_PERSONS_PRESS = "X-Apple-Unsubscribe"
# What somebody writes as the whole first line of an answer, in the languages we write in.
WORDS = frozenset(
    {
        *("unsubscribe", "unsubscribe me", "stop", "leave", "remove", "remove me", "cancel"),
        *("abmelden", "abbestellen", "bitte abmelden", "abbestellung", "stopp"),
        *("désabonner", "me désabonner", "désabonnement", "désinscription", "désinscrire"),
        *("baja", "darme de baja", "dar de baja", "cancelar", "cancelar suscripción"),
        *("disiscrivimi", "disiscrivermi", "cancellami", "cancellazione", "disiscrizione"),
        *("afmelden", "uitschrijven", "opzeggen", "schrijf me uit"),
        *("wypisz", "wypisz mnie", "rezygnuję", "rezygnacja"),
        *("cancelar inscrição", "cancelar assinatura", "descadastrar", "sair"),
        *("відписатися", "відпишіть мене", "скасувати підписку"),
        *("הסר", "הסירו", "הסירו אותי", "להסרה", "ביטול"),
        *("إلغاء", "إلغاء الاشتراك", "الغاء الاشتراك"),
        *("配信停止", "解除", "退会", "購読解除"),
    }
)


class Farewell(NamedTuple):
    """What a mail asks for: to leave by the token it holds, or by being an answer to a mail."""

    token: str | None
    answers: tuple[tuple[int, str], ...]  # Message-IDs of ours: the delivery, and its key
    sender: Address | None


def read_farewell(raw: bytes) -> Farewell | None:
    """Return what a mail asks for; None: it is not about leaving, or no person wrote it.

    However odd it is, it takes a second or two and raises nothing.
    """
    try:
        return _read(raw[:LONGEST])
    except (LookupError, RecursionError, ValueError):  # `email` falls over what nobody writes
        return None


def _read(raw: bytes) -> Farewell | None:
    head = message_from_bytes(HEAD_END.split(raw, maxsplit=1)[0] + b"\n\n")
    found = TOKEN.search(_text(head, "Subject"))
    if _is_from_a_program(head, pressed=found is not None and _is_pressed(head)):
        return None
    sender = _sender(head)
    if found is not None:
        return Farewell(found[1], (), sender)
    threads = f"{_text(head, 'In-Reply-To')} {_text(head, 'References')}"
    answers = tuple(dict.fromkeys((int(one[1]), one[2]) for one in OURS.finditer(threads)))
    if not answers or sender is None or _first_line(raw) not in WORDS:
        return None
    return Farewell(None, answers[:MOST_ANSWERED], sender)


def _is_pressed(head: Message) -> bool:
    return _text(head, BY_A_PERSONS_PRESS).lower() == "true"


def _is_from_a_program(head: Message, *, pressed: bool) -> bool:
    """Whether no person wrote it; a program that writes when it is `pressed` does so for one."""
    submitted = _text(head, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        (submitted not in {"", "no"} and not pressed)
        or _text(head, "Precedence").strip().lower() in BY_PROGRAMS
        or _text(head, "Return-Path").strip() == "<>"
        or head.get_content_type() == "multipart/report"
        or any(head[name] is not None for name in FROM_PROGRAMS)
    )


def _sender(message: Message) -> Address | None:
    try:
        return parse_address(parseaddr(_text(message, "From"))[1])
    except AddressError:
        return None


def _text(message: Message, name: str) -> str:
    """Return a header in one line, RFC 2047 words read; "" when there is none, or no reading it."""
    try:
        found = str(make_header(decode_header(str(message[name] or "")[:LONGEST_FIELD])))
    except (LookupError, ValueError):  # an unknown character set, bytes that are none of it
        return ""
    return " ".join(found.split())


def _first_line(raw: bytes) -> str:
    """Return the first line somebody wrote, without what surrounds the words; "" for none."""
    for part in message_from_bytes(raw).walk():
        if part.get_content_type() in {"text/plain", "text/html"}:
            for line in _lines(part):
                return line.strip(" \t\"'.,;:!…。*>-").casefold()
    return ""


def _lines(part: Message) -> list[str]:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return []
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    if part.get_content_type() == "text/html":
        text = html.unescape(TAG.sub("", LINE_ENDS.sub("\n", text)))
    return [line for line in map(str.strip, text.splitlines()) if line]
