"""A mail's HTML as a tree of elements with their own styles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.checks.css import BrokenCss, declarations

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u034f\u00ad\u2007\ufeff\u200e\u200f"), "")


@dataclass(eq=False, slots=True)
class Element:
    """One element; `children` are elements and, between them, texts."""

    tag: str
    attributes: Mapping[str, str]
    style: Mapping[str, str]
    parent: "Element | None"
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attributes.get("class", "").split())

    @property
    def is_hidden(self) -> bool:
        """Whether it, or what is around it, is shown to nobody."""
        return any(
            one.style.get("display", "").startswith("none")
            or one.style.get("max-height", "").startswith("0")
            for one in self.and_around()
        )

    @property
    def words(self) -> str:
        """All its text in one line, without characters that nobody sees."""
        return " ".join("".join(self._texts()).translate(INVISIBLE).split())

    def and_around(self) -> "Iterator[Element]":
        """Yield the element, what is around it, and so on up to the document."""
        one: Element | None = self
        while one is not None:
            yield one
            one = one.parent

    def all(self, *tags: str) -> "Iterator[Element]":
        """Yield the elements below, in the order of the document; only those of `tags` if named."""
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


def read(html: str) -> Element:
    """Return the document's `html` element. A style that is no CSS counts as none."""
    root = LexborHTMLParser(html).root
    if root is None:  # not even lexbor's empty document
        return Element("html", {}, {}, None)
    return _element(root, None)


def _element(node: LexborNode, parent: Element | None) -> Element:
    attributes = {name: value or "" for name, value in node.attributes.items()}
    try:
        style = declarations(attributes.get("style", ""))
    except BrokenCss:
        style = {}
    made = Element(node.tag or "", attributes, style, parent)
    for child in node.iter(include_text=True, skip_empty=False):
        if child.is_text_node:
            made.children.append(child.text_content or "")
        elif child.is_element_node:
            made.children.append(_element(child, made))
    return made
