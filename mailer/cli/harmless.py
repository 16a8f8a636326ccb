"""Words for a terminal that outside text in them does not steer."""

MARK = "\N{REPLACEMENT CHARACTER}"
LINES = frozenset("\n\t")  # what our own sentences are laid out with


def harmless(text: str) -> str:
    """Return a text as it is printed: what is no letter, and would move a cursor, is marked."""
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() or mark in LINES else MARK for mark in text)


def harmless_line(text: str) -> str:
    """Return the same for one line of a table or of a list."""
    return "".join(mark if mark.isprintable() else MARK for mark in text)
