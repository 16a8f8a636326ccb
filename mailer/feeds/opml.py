"""Lists of feeds as other readers write them (OPML 2.0), and as we do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from mailer.errors import FormatError
from mailer.feeds.charset import as_utf8
from mailer.feeds.text import one_line
from mailer.feeds.urls import web_url

DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed in a list."""

    url: str
    title: str
    section: str | None  # the folder it lies in


def read_opml(body: bytes, name: str) -> list[Outline]:
    """Return the feeds of a list, each once; raise FormatError when it is none.

    A file that declares entities is refused: a few lines of them make a gigabyte.
    """
    document = as_utf8(body)  # in wide characters a declaration would not be seen
    if "<!DOCTYPE" in document or "<!ENTITY" in document:
        raise FormatError(name, "it declares a document type, and no list of feeds needs one")
    try:
        root = Xml.fromstring(document.encode("utf-8", "replace"))  # noqa: S314 - without entities expat is safe
    except Xml.ParseError as why:
        raise FormatError(name, f"this is not OPML: {why}") from why
    if root.tag.lower() != "opml":
        raise FormatError(name, f"this is not OPML, but <{root.tag[:40]}>")
    found: dict[str, Outline] = {}
    for outline in _outlines(root, None, 0):
        found.setdefault(outline.url, outline)
    return list(found.values())


def write_opml(title: str, outlines: Sequence[Outline]) -> bytes:
    """Return a list of feeds, in folders by their sections."""
    root = Xml.Element("opml", version="2.0")
    Xml.SubElement(Xml.SubElement(root, "head"), "title").text = title
    body = Xml.SubElement(root, "body")
    folders: dict[str | None, Xml.Element] = {None: body}
    for one in outlines:
        if one.section not in folders:
            folders[one.section] = Xml.SubElement(
                body, "outline", text=one.section or "", title=one.section or ""
            )
        Xml.SubElement(
            folders[one.section],
            "outline",
            type="rss",
            text=one.title or one.url,
            title=one.title or one.url,
            xmlUrl=one.url,
        )
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _outlines(node: Xml.Element, section: str | None, depth: int) -> Iterator[Outline]:
    if depth > DEEPEST:
        return
    for child in node:
        if child.tag.lower() != "outline":
            yield from _outlines(child, section, depth + 1)
            continue
        # Names differ in case between programs: xmlUrl, xmlurl, XmlUrl.
        named = {name.lower(): value for name, value in child.attrib.items()}
        title = one_line(named.get("title") or named.get("text") or "")
        url = web_url(named.get("xmlurl"))
        if url is not None:
            yield Outline(url.partition("#")[0], title, section)
        yield from _outlines(child, title or section, depth + 1)
