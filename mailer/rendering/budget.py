"""How large a mail may get, and what goes first when it is too large.

Gmail clips what is longer than about 102,400 bytes, and with it the way out at the foot; we stay
well below. First the small pictures go, from the last section up, then the summaries, likewise,
then stories, from the last up. What is left out stands on the edition's page, and the mail says how
many those are.
"""

from collections.abc import Callable
from dataclasses import replace

from mailer.rendering.model import MARKER, Page
from mailer.rendering.stories import DigestView, StorySection

LARGEST = 80_000  # bytes of HTML, a reader's own values filled in
ROOM_FOR_A_VALUE = 320  # bytes: an address has 254 characters at most, a link of ours fewer


def weight(page: Page) -> int:
    """Return how many bytes of HTML a reader gets, at most."""
    return len(page.html.encode()) + ROOM_FOR_A_VALUE * len(MARKER.findall(page.html))


def cuts(view: DigestView) -> int:
    """Return in how many steps all but the first story can be cut."""
    return 2 * len(view.sections) + max(0, len(view.stories) - 1)


def cut(view: DigestView, steps: int) -> DigestView:
    """Return the view after so many cuts: pictures of the last section, …, summaries, stories."""
    many = len(view.sections)
    unpictured, plain = min(steps, many), min(max(0, steps - many), many)
    sections = [
        _cut_section(section, pictures=place < many - unpictured, summaries=place < many - plain)
        for place, section in enumerate(view.sections)
    ]
    gone = left = max(0, steps - 2 * many)
    brief = view.brief[: max(0, len(view.brief) - left)]
    left -= len(view.brief) - len(brief)
    for place in reversed(range(len(sections))):
        stories = sections[place].stories
        sections[place] = replace(sections[place], stories=stories[: max(0, len(stories) - left)])
        left -= len(stories) - len(sections[place].stories)
    told = tuple(section for section in sections if section.stories)
    return replace(view, sections=told, brief=brief, more=view.more + gone)


def fitted(
    view: DigestView, render: Callable[[DigestView], Page], largest: int = LARGEST
) -> tuple[DigestView, Page]:
    """Return the view with as few cuts as make its page fit, and that page.

    Each page is rendered to be weighed; a view that fits as it is costs nothing more, and one that
    is a little too large hardly anything: few cuts are tried first, then twice as many. When even
    the first story alone is too large, it is what is left.
    """
    page = render(view)
    if weight(page) <= largest:
        return view, page
    steps = _steps(view)
    if not steps:
        return view, page
    pages: dict[int, Page] = {}

    def fits(at: int) -> bool:
        pages[at] = render(cut(view, steps[at]))
        return weight(pages[at]) <= largest

    low, high, last = 0, 0, len(steps) - 1
    while high < last and not fits(high):
        low, high = high + 1, min(2 * high + 1, last)
    while low < high:
        middle = (low + high) // 2
        if fits(middle):
            high = middle
        else:
            low = middle + 1
    smallest = cut(view, steps[high])
    return smallest, pages.get(high) or render(smallest)


def _steps(view: DigestView) -> list[int]:
    """Return how many cuts make a difference: no picture goes where there is none."""
    sections = view.sections[::-1]
    pictures = [any(one.figure is not None for one in part.stories) for part in sections]
    summaries = [any(one.summary for one in part.stories) for part in sections]
    first = [*pictures, *summaries]
    of_use = [number for number, is_there in enumerate(first, 1) if is_there]
    return [*of_use, *range(len(first) + 1, cuts(view) + 1)]


def _cut_section(section: StorySection, *, pictures: bool, summaries: bool) -> StorySection:
    if pictures:
        return section
    stories = [
        replace(one, figure=None, summary=one.summary if summaries else "")
        for one in section.stories
    ]
    return replace(section, stories=tuple(stories))
