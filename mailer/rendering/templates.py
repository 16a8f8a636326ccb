"""Jinja, kept on a short lead: what it prints is escaped, bounded and free of slots but ours."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.loaders import FileSystemLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailer.delivery.model import Notice
from mailer.editions.model import Newsletter
from mailer.errors import RenderError
from mailer.rendering import filters, plain_text, theme
from mailer.rendering.model import CLOSES, OPENS, Page, Slot
from mailer.rendering.stories import DigestView

NO_SLOTS = str.maketrans("", "", OPENS + CLOSES)
# The style block that stands on every element by now; what is left out of it says so itself.
WORKED_IN = re.compile(r"<style data-inline[^>]*>.*?</style>\n?", re.DOTALL)


class _Place(Markup):
    """A slot's marker; the only thing that may print its two characters."""


def _printed(value: object) -> object:
    """Drop the two characters of slots from all that is printed but slots: feeds have none."""
    if isinstance(value, _Place):
        return value
    if isinstance(value, Markup):
        return Markup(str(value).translate(NO_SLOTS))  # noqa: S704 - it was markup before
    return value.translate(NO_SLOTS) if isinstance(value, str) else value


class Templates:
    """The folder of mails: three files a message, subject.txt, body.txt and body.html."""

    def __init__(self, folder: Path) -> None:
        self._environment = _environment(folder)
        # Nothing is ever fetched. The rules for dark and for phones stay in the head.
        self._inliner = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
        self._notice = lru_cache(maxsize=64)(self._render_notice)

    def digest(self, view: DigestView) -> Page:
        """Return one variant of an edition, with slots; raise RenderError naming file and line."""
        return self._page("digest", {"digest": view, "newsletter": view.newsletter})

    def notice(self, notice: Notice, newsletter: Newsletter, language: str) -> Page:
        """Return a small mail of a newsletter, with slots."""
        return self._notice(notice, newsletter, language)

    def _render_notice(self, notice: Notice, newsletter: Newsletter, language: str) -> Page:
        return self._page(notice.value, {"newsletter": newsletter, "language": language})

    def _page(self, name: str, values: Mapping[str, object]) -> Page:
        subject = " ".join(self._render(f"{name}/subject.txt", values).split())
        html = self._render(f"{name}/body.html", {**values, "subject": subject})
        return Page(
            subject=subject,
            html=WORKED_IN.sub("", self._inliner.inline(html)),
            text=self._render(f"{name}/body.txt", {**values, "subject": subject}).strip() + "\n",
        )

    def _render(self, name: str, values: Mapping[str, object]) -> str:
        try:
            return self._environment.get_template(name).render(values)
        except TemplateSyntaxError as why:
            raise RenderError(why.name or name, str(why.message), line=why.lineno) from why
        except TemplateError as why:
            raise RenderError(name, str(why), line=_line(why, name)) from why


def _line(why: Exception, name: str) -> int | None:
    """Return the template's line in which it happened, from the traceback."""
    trace, line = why.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(name):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "slot": {slot.value: _Place(slot.marker) for slot in Slot},
        "light": theme.LIGHT,
        "dark": theme.DARK,
        "serif": Markup(theme.SERIF),
        "sans": Markup(theme.MAIL_SANS),
        "direction": theme.direction,
        "counted": filters.counted,
    }
    made.globals.pop("lipsum", None)
    shown: dict[str, Any] = {
        "joined": filters.joined,
        "long_date": filters.long_date,
        "short_date": filters.short_date,
        "wrap": plain_text.wrap,
        "underlined": plain_text.underlined,
        "stuffed": plain_text.stuffed,
    }
    made.filters |= shown
    return made
