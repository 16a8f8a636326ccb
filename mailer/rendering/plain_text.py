"""Text for mail: wrapped for eyes, flowed for small screens (RFC 3676), addresses never broken."""

WIDTH = 72


def wrap(text: str) -> str:
    """Return one paragraph in lines of at most 72 characters, each but the last ending in a space.

    That space tells a mail program to join the lines again (RFC 3676 section 4.1). A word that is
    longer than a line, an address for instance, gets a line of its own and is never broken.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if len(longer) > WIDTH and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return stuffed(" \n".join(lines))


def underlined(heading: str) -> str:
    """Return a heading with a line of `=` below it."""
    name = " ".join(heading.split())
    return stuffed(f"{name}\n{'=' * min(len(name), WIDTH)}")


def stuffed(text: str) -> str:
    """Space-stuff lines that a mail program would take for something else (section 4.4)."""
    return "\n".join(
        f" {line}" if line.startswith((" ", ">", "From ")) else _no_signature(line)
        for line in text.split("\n")
    )


def _no_signature(line: str) -> str:
    return "--" if line == "-- " else line  # section 4.3: what follows would be greyed out
