"""PO files, gettext's form for translators (GNU gettext manual, section "PO Files")."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mailer.errors import CatalogueError

KEYWORD = re.compile(r"(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d)\])?\s+(\".*\")$")
PLURALS = re.compile(r"plural\s*=\s*([^;]+)")
QUOTED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


class Key(NamedTuple):
    """What a message is found by: the English words, and where they stand if that matters."""

    message: str
    context: str | None = None
    plural: str | None = None


Entries = dict[Key, tuple[str, ...]]  # the words in each plural form; "" where one is missing


def read(text: str, name: str = "") -> Entries:
    """Return the entries of a PO file, its header under the empty message.

    Raise CatalogueError, naming `name` and the line. A later entry wins over an earlier one that
    has the same key; comments are not kept.
    """
    found: Entries = {}
    for fields in _paragraphs(text, name):
        key = Key(fields["msgid"], fields.get("msgctxt"), fields.get("msgid_plural"))
        words = [fields[field] for field in sorted(fields) if field.startswith("msgstr")]
        if any(words) or key not in found:
            found[key] = tuple(words)
    return found


def plural_rule(entries: Entries) -> str:
    """Return the C expression that picks a plural form for `n`; English's when none is given."""
    header = "".join(entries.get(Key(""), ()))
    rule = PLURALS.search(header)
    return rule[1].strip() if rule else "n != 1"


def write(entries: Entries, notes: Mapping[Key, Iterable[str]]) -> str:
    """Return a PO file: the header, then every entry in the order of its words.

    `notes` says where each message stands.
    """
    header, rest = entries.get(Key(""), ("",)), sorted(key for key in entries if key.message)
    blocks = [_block(Key(""), header, ())]
    blocks += [_block(key, entries[key], notes.get(key, ())) for key in rest]
    return "\n".join(blocks)


def _paragraphs(text: str, name: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    last = ""
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if line.startswith("#") or not line:
            last = last if line else ""
            continue
        begins = KEYWORD.fullmatch(line)
        if begins is None and not (line.startswith('"') and last):
            raise CatalogueError(name, number, line)
        if begins and begins[1] in {"msgctxt", "msgid"} and any(f[:6] == "msgstr" for f in fields):
            yield fields
            fields = {}
        last = last if begins is None else begins[1] + (begins[2] or "")
        fields[last] = fields.get(last, "") + _unquoted(begins[3] if begins else line, name, number)
    if fields:
        yield fields


def _unquoted(text: str, name: str, line: int) -> str:
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError) as why:
        raise CatalogueError(name, line, text) from why
    return str(value)


def _block(key: Key, words: tuple[str, ...], places: Iterable[str]) -> str:
    lines = [f"#: {place}" for place in places]
    if key.context is not None:
        lines.append(f"msgctxt {_quoted(key.context)}")
    lines.append(f"msgid {_quoted(key.message)}")
    if key.plural is None:
        lines.append(f"msgstr {_quoted(''.join(words[:1]))}")
    else:
        lines.append(f"msgid_plural {_quoted(key.plural)}")
        lines += [f"msgstr[{form}] {_quoted(word)}" for form, word in enumerate(words or ("", ""))]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = "".join(QUOTED.get(letter, letter) for letter in text)
    if "\\n" in escaped[:-2]:  # a header: a line each
        return '""\n' + "\n".join(f'"{line}\\n"' for line in escaped.split("\\n") if line)
    return f'"{escaped}"'
