"""One folder of templates, and an owner's before it, as pages: Jinja in its sandbox, css-inline.

What goes in is cleaned of the two characters that make a slot, so whatever a template does with a
feed's words, only `slot.…` places a slot. All else that is printed into HTML is escaped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from traceback import extract_tb
from typing import Any

from css_inline import CSSInliner
from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_eval_context,
)
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailer.editions.model import Newsletter
from mailer.errors import RenderError
from mailer.languages import dates
from mailer.languages.catalogue import Catalogue, catalogue
from mailer.rendering import filters, plain_text, theme
from mailer.rendering.accent import palettes
from mailer.rendering.model import CLOSES, OPENS, Page, Slot, is_unspaced
from mailer.rendering.stories import Story

NO_SLOTS = str.maketrans("", "", OPENS + CLOSES)
ENVIRONMENTS_KEPT = 32  # for a language and an accent each
INLINERS_KEPT = 16
FRAGMENTS_KEPT = 1024  # a language: variants of an edition tell the same stories
LARGEST_PRODUCT = 1_000_000
LARGEST_PART = 2_000_000  # characters that one template may print: twenty times what Gmail shows


class Press:
    """Three files a message: subject.txt, body.txt and body.html; the first folder goes first."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._environment = lru_cache(ENVIRONMENTS_KEPT)(partial(_environment, self._folders))
        self._inliner = lru_cache(INLINERS_KEPT)(self._make_inliner)

    def page(self, name: str, language: str, values: Mapping[str, object]) -> Page:
        """Return a message, with slots; raise RenderError naming file and line."""
        newsletter = values.get("newsletter")
        accent = newsletter.accent if isinstance(newsletter, Newsletter) else None
        spoken = (language.translate(NO_SLOTS), accent)
        around = {key: without_slots(value) for key, value in values.items()}
        subject = " ".join(self._render(spoken, f"{name}/subject.txt", around).split())
        around["subject"] = subject
        html = self._render(spoken, f"{name}/body.html", around)
        around["html_addresses"] = plain_text.web_addresses(html)
        text = self._render(spoken, f"{name}/body.txt", around)
        kind = (theme.direction(language), is_unspaced(language), accent)
        inlined = self._inliner(*kind).inline(html)
        return Page(subject, inlined, text.strip("\n") + "\n", is_unspaced(language))

    def _make_inliner(self, direction: str, unspaced: bool, accent: str | None) -> CSSInliner:  # noqa: FBT001
        """Return what puts `_styles.css` on the elements. The head's own blocks stay there."""
        css = self._render(("", accent), "_styles.css", {"dir": direction, "unspaced": unspaced})
        return CSSInliner(
            extra_css=css, keep_style_tags=True, minify_css=True, load_remote_stylesheets=False
        )

    def _render(
        self, spoken: tuple[str, str | None], name: str, values: Mapping[str, object]
    ) -> str:
        try:
            printed = self._environment(*spoken).get_template(name).render(values)
        except TemplateSyntaxError as why:
            raise RenderError(why.name or name, str(why.message), line=why.lineno) from why
        except Exception as why:  # a template may call whatever its values have
            where, line = self._place(why)
            raise RenderError(where or name, _in_words(why), line=line) from why
        if len(printed) > LARGEST_PART:
            raise RenderError(name, f"it prints {len(printed):,} characters: no mail has as many")
        return printed

    def _place(self, why: Exception) -> tuple[str | None, int | None]:
        """Return the innermost template in the traceback, and the line in it."""
        for frame in reversed(extract_tb(why.__traceback__)):
            for folder in self._folders:
                if Path(frame.filename).is_relative_to(folder):
                    return str(Path(frame.filename).relative_to(folder)), frame.lineno
        return None, None


def _in_words(why: Exception) -> str:
    """Say for the owner of a template what was wrong with it."""
    match why:
        case TemplateNotFound():
            return f"there is no template {why.name}"
        case RecursionError():
            return "it calls itself without end"
        case MemoryError():
            return "it needs more memory than a mail may have"
        case _:
            return str(why) or type(why).__name__


def without_slots(value: object) -> object:
    """Return the value with the two characters of slots taken out of every text in it."""
    if isinstance(value, str):
        return value.translate(NO_SLOTS)
    if isinstance(value, tuple):
        return tuple(map(without_slots, value))
    if isinstance(value, Story):
        return _clean_story(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _clean(value)
    return value


def _clean(value: Any) -> Any:
    """Return a dataclass whose fields are clean."""
    return replace(value, **{f.name: without_slots(getattr(value, f.name)) for f in fields(value)})


@lru_cache(FRAGMENTS_KEPT)
def _clean_story(story: Story) -> Story:
    cleaned: Story = _clean(story)
    return cleaned


def _fragments() -> Callable[..., str]:
    """Return what calls a macro and remembers what it printed: `{{ kept(story, it, zone) }}`.

    For macros that look at nothing but what they are given.
    """
    known: dict[tuple[object, ...], str] = {}

    @pass_eval_context
    def kept(around: EvalContext, macro: Macro, *given: object) -> str:
        key = (macro, around.autoescape, *given)
        found = known.get(key)
        if found is None:
            if len(known) >= FRAGMENTS_KEPT:
                known.clear()
            found = known[key] = macro(around, *given)
        return found

    return kept


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which decides once for a type and a name, and not each time they are met.

    A template may not make one text into millions either: neither `*` nor `**` of large values.
    """

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._safe: dict[tuple[type, str], bool] = {}

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply; raise SecurityError when the outcome would be large."""
        sizes = [len(one) if hasattr(one, "__len__") else abs(one) for one in (left, right)]
        if operator == "**" or sizes[0] * sizes[1] > LARGEST_PRODUCT:
            raise SecurityError(f"{operator} makes too much of that")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Tell what Jinja tells, which looks at nothing but the type and the name."""
        known = self._safe.get((type(obj), attr))
        if known is None or isinstance(obj, type):
            known = super().is_safe_attribute(obj, attr, value)
            self._safe[type(obj), attr] = known
        return known


def _environment(
    folders: Sequence[Path], language: str, accent: str | None
) -> ImmutableSandboxedEnvironment:
    """Return what renders in one language: its words are the same for every template and macro."""
    made = _Sandbox(
        loader=FileSystemLoader(folders),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = catalogue(language)
    light, dark = palettes(accent)
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        _typeset(words.gettext),
        _typeset(words.ngettext),
        newstyle=True,
        pgettext=_typeset(words.pgettext),
        npgettext=_typeset(words.npgettext),
    )
    made.globals |= {
        "lang": language,
        "dir": theme.direction(language),
        "unspaced": is_unspaced(language),
        "slot": {slot.value: Markup(slot.marker) for slot in Slot},  # noqa: S704 - ours
        "light": light,
        "dark": dark,
        "serif": theme.SERIF,
        "sans": theme.MAIL_SANS,
        "kept": _fragments(),
    }
    made.filters |= _filters(words, language)
    return made


def _typeset(ask: Callable[..., str]) -> Callable[..., str]:
    """Return what asks a catalogue; in HTML no line ends within what belongs together."""
    kept = lru_cache(1024)(filters.kept_together)

    @pass_eval_context
    def asked(around: EvalContext, *message: Any) -> str:
        words = ask(*message)
        return kept(words) if around.autoescape else words

    return asked


def _filters(words: Catalogue, language: str) -> dict[str, Callable[..., object]]:
    return {
        "joined": filters.joined,
        "typeset": filters.typeset,
        "breakable": filters.breakable,
        "breakable_name": filters.breakable_name,
        "shown_address": filters.shown_address,
        "long_date": partial(dates.long_date, words),
        "number": partial(dates.number, words),
        "short_date": partial(dates.short_date, words),
        "local_day": dates.local_day,
        "short_address": filters.short_address,
        "wrap": partial(plain_text.wrap, delsp=is_unspaced(language)),
        "underlined": plain_text.underlined,
        "web_addresses": plain_text.web_addresses,
    }
