"""Small scripts of ours within a page: no request of their own, allowed by a hash of their text."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from flask import g
from markupsafe import Markup

from mailer import resources

SCRIPTS = ("frame.js", "choices.js", "builder.js")
# Texts, which stay as they are, and the spaces around what needs none.
SPACED = re.compile(r"""('[^'\n]*'|"[^"\n]*"|`[^`]*`|/\^[^/\n]*/)| *(=>|[=,:;(){}<>?&|]+) *""")


class InlineScripts:
    """The scripts of our pages, each with the CSP source that lets it run and no other."""

    def __init__(self) -> None:
        folder = resources.folder("templates") / "web"
        self._scripts = {name: _read(folder / name) for name in SCRIPTS}

    def tag(self, name: str) -> Markup:
        """Return a script to stand in the page that is being made, and let this answer run it.

        A module runs when the page is whole, wherever it stands. The source is a hash of what
        stands between the tags (CSP level 3, section 2.3.1).
        """
        script = self._scripts[name]
        digest = b64encode(sha256(script.encode()).digest()).decode()
        allow(f"'sha256-{digest}'")
        return Markup('<script type="module">{}</script>').format(Markup(script))  # noqa: S704 - ours


def allow(source: str, directive: str = "script-src") -> None:
    """Let the answer to this request run scripts of a CSP source, or use it for something else."""
    known: dict[str, list[str]] = g.setdefault("sources", {})
    known.setdefault(directive, []).append(source)


def without_remarks(script: str) -> str:
    """Return a script of ours as it is served: without remarks, and spaces that do nothing."""
    lines = (line.partition("  // ")[0].strip() for line in script.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("// ")) + "\n"
    return SPACED.sub(lambda found: found[1] or found[2], kept)


def _read(path: Path) -> str:
    return without_remarks(path.read_text("utf-8"))
