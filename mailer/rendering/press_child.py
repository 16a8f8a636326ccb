"""The child of `templates.Confinement`: values come in, a page goes out.

The sandbox keeps a template from everything but its values; here its memory and its time end too.
"""

import logging
import pickle
import resource
import signal
from functools import cache
from pathlib import Path
from types import FrameType

from mailer.confined import Answer, Object, serve
from mailer.errors import RenderError
from mailer.rendering.press import Press
from mailer.rendering.templates import MEMORY, PROCESSOR

GENTLY = 0.75  # of the time: then the template is stopped where it is, and its line is told
AGAIN = 0.2  # seconds: if that gets lost


def main() -> None:
    """Answer until nobody asks any more."""
    logging.disable()  # what went wrong is in the answer
    signal.signal(signal.SIGVTALRM, _too_long)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(_page, PROCESSOR)


def _page(head: Object, body: bytes) -> Answer:
    values = pickle.loads(body)  # noqa: S301 - by the process that started us
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, PROCESSOR * GENTLY, AGAIN)
        page = _press(*head["folders"]).page(head["name"], head["language"], values)
    except RenderError as why:
        return {"error": [why.template, why.reason], "line": why.line}, b""
    except Exception as why:  # noqa: BLE001 - its styles, or the time was over between two templates
        return {"error": [f"{head['name']}/", str(why)], "line": None}, b""
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    html = page.html.encode()
    told = {"error": None, "subject": page.subject, "html": len(html)}
    return told, html + page.text.encode()


class TooLong(Exception):
    """A template takes more time than it may have."""


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLong(f"it takes more than {PROCESSOR * GENTLY:g} seconds of work: no mail does")


@cache
def _press(*folders: str) -> Press:
    return Press([Path(folder) for folder in folders])


if __name__ == "__main__":
    main()
