"""The child of `templates.Confinement`: values come in, a page goes out.

The sandbox keeps a template from everything but its values; here its memory and its time end too.
"""

import signal
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import FrameType

from mailer.confined import Answer, Object, limit, serve
from mailer.errors import RenderError
from mailer.plain_values import whole
from mailer.rendering.press import Press
from mailer.rendering.templates import BOUNDS, GIVEN, Fault, Printed

GENTLY = 0.75 * BOUNDS.processor  # seconds: then a template is stopped, and its line is told
AGAIN = 0.2  # seconds: if that gets lost


def main() -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGVTALRM, _too_long)
    limit(BOUNDS)
    serve(_page, BOUNDS)


def _page(head: Object, _body: bytes) -> Answer:
    values: Mapping[str, object] = {
        name: whole(GIVEN[name], told) for name, told in head["values"].items()
    }
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, GENTLY, AGAIN)
        page = _press(*head["folders"]).page(head["name"], head["language"], values)
    except RenderError as why:
        return {"fault": Fault(why.template, why.reason, why.line)}, b""
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    html = page.html.encode()
    told = Printed(page.subject, len(html))
    return {"fault": None, "printed": told}, html + page.text.encode()


class TooLong(Exception):
    """A template takes more time than it may have."""


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLong(f"it takes more than {GENTLY:g} seconds of work")


@cache
def _press(*folders: str) -> Press:
    return Press([Path(folder) for folder in folders])


if __name__ == "__main__":
    main()
