"""The words of one language: gettext's four questions, answered from languages/*.po."""

import re
from functools import cache
from gettext import c2py

from mailer import resources
from mailer.languages.portable_object import Entries, plural_rule, read

SOURCE = "en"
PSEUDO = "en-XA"  # as in Android and Chromium: accents and brackets show what nobody can translate
PLACEHOLDER = re.compile(r"(%\([a-z_]+\)s|%%)")
ACCENTS = str.maketrans("AEIOUaeiouncsy", "ÀÉÎÖÛàéîöûñçšý")
DIGITS = re.compile(r"\d+")


class Catalogue:
    """The words of one language; a message that is missing stays English."""

    def __init__(self, language: str, entries: Entries) -> None:
        self.language = language
        self._form = c2py(plural_rule(entries))
        self._words = {(key.message, key.context): words for key, words in entries.items()}

    def gettext(self, message: str) -> str:
        """Return the message in this language."""
        return self._found(message, None, 0) or self.otherwise(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return the words for so many; `%(num)s` is left for the caller to fill."""
        form = self._form(number)
        return self._found(singular, None, form) or self.otherwise(
            singular if number == 1 else plural
        )

    def pgettext(self, context: str, message: str) -> str:
        """Return the message as it reads in that context."""
        return self._found(message, context, 0) or self.otherwise(message)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        """Return the words for so many, as they read in that context."""
        form = self._form(number)
        return self._found(singular, context, form) or self.otherwise(
            singular if number == 1 else plural
        )

    def otherwise(self, message: str) -> str:
        """Return what is said where this language has no words."""
        return message

    def _found(self, message: str, context: str | None, form: int) -> str:
        words = self._words.get((message, context), ())
        return words[form] if form < len(words) else ""


class Pseudo(Catalogue):
    """English in accents and brackets: whatever shows without them was never handed over."""

    def otherwise(self, message: str) -> str:
        parts = PLACEHOLDER.split(message)
        return "⟦" + "".join(p if p[:1] == "%" else p.translate(ACCENTS) for p in parts) + "⟧"


@cache
def spoken() -> tuple[str, ...]:
    """Return the tags of the languages there are words in, English first."""
    files = resources.folder("languages").glob("*.po")
    return (SOURCE, *sorted(path.stem for path in files))


@cache
def catalogue(language: str) -> Catalogue:
    """Return the words for a BCP 47 tag: its own, its language's (`pt-BR`: `pt`), or English.

    Raise CatalogueError when the file is no PO file.
    """
    if language == PSEUDO:
        return Pseudo(PSEUDO, {})
    known = {tag.lower(): tag for tag in spoken()}
    tag = language.replace("_", "-").lower()
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    found = known.get(tag, SOURCE)
    if found == SOURCE:
        return Catalogue(SOURCE, {})
    path = resources.folder("languages") / f"{found}.po"
    return Catalogue(found, read(path.read_text("utf-8"), path.name))


def N_(message: str) -> str:  # gettext's own name for it
    """Mark a message for translators, and return it as it is."""
    return message
