"""What axe-core, a ruler and a browser find on a page: in both schemes, at three widths.

tests/data/axe holds axe-core 4.14.1 by Deque Systems (MPL 2.0), as its makers publish it.
"""

from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "data" / "axe" / "axe.min.js"
WIDTHS = (320, 480, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# All rules, those of the highest level too: text has a contrast of 7, or of 4.5 where it is large.
ALL = """{rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}},
  resultTypes: ['violations']}"""
# Those that colours and widths change; what a page is built of stays the same.
OF_THE_VIEW = """{runOnly: ['color-contrast', 'color-contrast-enhanced', 'target-size',
  'link-in-text-block', 'scrollable-region-focusable'], resultTypes: ['violations']}"""
LOOK = """async (options) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let smallest = 99;
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && around.checkVisibility()) {
      smallest = Math.min(smallest, parseFloat(getComputedStyle(around).fontSize));
    }
  }
  const found = await axe.run(document, options);
  return {
    faults: found.violations.flatMap(one => one.nodes.map(
      node => [one.id, node.html.slice(0, 120), node.failureSummary].join(' | '))),
    smallest,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}""".replace("(options)", "(all)").replace(
    "const found", f"const options = all ? {ALL} : {OF_THE_VIEW};\n  const found"
)


class Looks(NamedTuple):
    """What is wrong with a page, over all views; nothing, when all is well."""

    faults: list[str]  # rule, element and what to do, as axe says it
    smallest: float  # pixels of the smallest text
    sideways: dict[tuple[str, int], int]  # scheme and width, to pixels that stand out


def looks(page: Page) -> Looks:
    """Look at an open page in every scheme and width, and leave it in the last."""
    for frame in page.frames:
        frame.add_script_tag(path=AXE)
    faults: set[str] = set()
    sideways: dict[tuple[str, int], int] = {}
    smallest = 99.0
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            seen = page.evaluate(LOOK, scheme == "light")
            faults |= set(seen["faults"])
            smallest = min(smallest, seen["smallest"])
            if seen["sideways"] > 0:
                sideways[scheme, width] = seen["sideways"]
    return Looks(sorted(faults), smallest, sideways)
