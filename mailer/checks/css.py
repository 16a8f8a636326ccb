"""As much CSS as mails have: declarations, rules and media queries (CSS Syntax 3)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRING = r"\"[^\"\n]*\"|'[^'\n]*'"
DECLARATION = re.compile(rf"((?:{STRING}|\([^)]*\)|[^;\"'(])+)")
AT = re.compile(r"@([\w-]+)(.*)", re.DOTALL)
PIECE = re.compile(rf"{STRING}|[{{}};]|[^{{}};\"']+|[\"']")


class BrokenCss(ValueError):
    """The text is not CSS; a client that stumbles over it drops the whole block."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and the media query it stands in."""

    selector: str
    declarations: Mapping[str, str]
    media: str = ""  # "" for all


@dataclass(frozen=True, slots=True)
class AtRule:
    """Another block or line that begins with @: its name and what follows."""

    name: str
    prelude: str


def declarations(text: str) -> dict[str, str]:
    """Return the declarations of a `style`, names in lower case; raise BrokenCss."""
    found: dict[str, str] = {}
    for part in DECLARATION.findall(COMMENT.sub("", text)):
        name, colon, value = part.partition(":")
        if not part.strip():
            continue
        if not colon or not value.strip() or not name.strip():
            raise BrokenCss(part.strip())
        found[name.strip().lower()] = value.strip()
    return found


def rules(sheet: str) -> list[Rule | AtRule]:
    """Return a style sheet's rules in their order; raise BrokenCss."""
    pieces = PIECE.findall(COMMENT.sub("", sheet))
    read = list(_rules(iter(pieces), ""))
    if pieces.count("{") != pieces.count("}"):
        raise BrokenCss("a brace without its other half")
    return read


def _rules(pieces: Iterator[str], media: str) -> Iterator[Rule | AtRule]:
    prelude = ""
    for piece in pieces:
        if piece == "{":
            yield from _block(prelude.strip(), pieces, media)
            prelude = ""
        elif piece == "}":
            if prelude.strip() or not media:
                raise BrokenCss(prelude.strip() or "}")
            return
        elif piece == ";":
            name, rest = _at(prelude)
            if not name:
                raise BrokenCss(prelude.strip())
            yield AtRule(name, rest)
            prelude = ""
        else:
            prelude += piece
    if prelude.strip():
        raise BrokenCss(prelude.strip())


def _block(prelude: str, pieces: Iterator[str], media: str) -> Iterator[Rule | AtRule]:
    if not prelude:
        raise BrokenCss("a block without a selector")
    name, rest = _at(prelude)
    if name in {"media", "supports"}:
        yield AtRule(name, rest)
        yield from _rules(pieces, f"{media} {rest}".strip())
        return
    inside = ""
    for piece in pieces:
        if piece == "}":
            break
        if piece == "{":
            raise BrokenCss(f"{prelude} {{{inside.strip()} {{")
        inside += piece
    if name:
        yield AtRule(name, rest)
    else:
        yield Rule(prelude, declarations(inside), media)


def _at(prelude: str) -> tuple[str, str]:
    """Return an at-rule's name and the rest; "" when it is none."""
    found = AT.match(prelude.strip())
    return (found[1].lower(), found[2].strip()) if found else ("", "")
