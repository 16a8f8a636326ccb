"""Find every message for readers, and bring languages/*.po up to date: see script/translate."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from jinja2 import Environment  # noqa: E402 - the program itself is at hand from here on

from mailer.languages.catalogue import N_  # noqa: E402
from mailer.languages.portable_object import Entries, Key, plural_rule, read, write  # noqa: E402

# Mails and web pages. The inbox, the desk and the command line are English.
TEMPLATES = ("email", "web")
ASKING = {"gettext": 1, "_": 1, N_.__name__: 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
HEADER = """\
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals={count}; plural={rule};
"""


def main() -> int:
    """Write the files, or with --check compare them; return 1 when that differs."""
    places = messages()
    stale = False
    for path in sorted((ROOT / "languages").glob("*.po")):
        old = path.read_text("utf-8")
        entries = read(old, path.name)
        new = write(renewed(entries, places), places)
        missing = sum(1 for key in places if not all(entries.get(key, ("",))))
        print(f"{path.name}: {len(places)} messages, {missing} without words")
        stale = stale or new != old
        if "--check" not in sys.argv[1:]:
            path.write_text(new, "utf-8")
    return 1 if stale and "--check" in sys.argv[1:] else 0


def renewed(entries: Entries, places: dict[Key, list[str]]) -> Entries:
    """Return entries for the messages that are used, with the words they had."""
    header = {Key(""): entries.get(Key(""), (HEADER.format(count=2, rule=plural_rule({})),))}
    count = int("".join(header[Key("")]).partition("nplurals=")[2][:1])
    empty = {key: ("",) * (count if key.plural else 1) for key in places}
    return header | {key: entries.get(key, words) for key, words in empty.items()}


def messages() -> dict[Key, list[str]]:
    """Return every message and the files it stands in."""
    found: dict[Key, list[str]] = {}
    for path, asked, texts in [*_in_templates(), *_in_python()]:
        context = texts[0] if asked in {"pgettext", "npgettext"} else None
        own = texts[1:] if context is not None else texts
        plural = own[1] if asked in {"ngettext", "npgettext"} else None
        where = found.setdefault(Key(own[0], context, plural), [])
        name = str(path.relative_to(ROOT))
        where += [] if name in where else [name]
    return found


def _in_templates() -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    environment = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - nothing is rendered
    environment.policies["ext.i18n.trimmed"] = True
    for folder in TEMPLATES:
        for path in sorted((ROOT / "templates" / folder).rglob("*.*")):
            if path.suffix not in {".html", ".txt", ".xml", ".js"}:
                continue
            source = path.read_text("utf-8")
            for _, asked, texts in environment.extract_translations(source):  # type: ignore[attr-defined]
                parts = (texts,) if isinstance(texts, str) else texts
                yield path, asked, tuple(text for text in parts if text is not None)


def _in_python() -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    for path in sorted((ROOT / "mailer").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            asked = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [
                a.value for a in node.args[: ASKING.get(asked, 0)] if isinstance(a, ast.Constant)
            ]
            if texts and len(texts) == ASKING[asked] and all(isinstance(t, str) for t in texts):
                yield path, asked, tuple(texts)


if __name__ == "__main__":
    sys.exit(main())
