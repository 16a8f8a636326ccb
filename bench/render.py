"""How many variants of an edition are rendered and compiled a second, on one core.

`python -m bench.render` prints variants a second for 12 and 50 stories, what each further story
costs, and then renders distinct variants (topics × windows × languages) to see that memory stays.
A variant counts from its data to the compiled page that the engine splices: Jinja, styles put on
the elements, text part, quoted-printable.
"""

import argparse
import gc
import itertools
import resource
import time
from dataclasses import replace

from mailer.languages.catalogue import spoken
from mailer.message.splice import compile_page
from mailer.rendering.budget import fitted
from mailer.rendering.stories import DigestView
from tests.conftest import a_newsletter
from tests.rendering.golden import digest, head_of
from tests.rendering.samples import TEMPLATES, VALUES, an_article

SIZES = (1, 12, 50)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=5.0, help="for each size")
    options.add_argument("--variants", type=int, default=10_000, help="distinct ones, at the end")
    asked = options.parse_args()
    each = {}
    for stories in SIZES:
        view = an_edition_of(stories)
        each[stories] = _seconds_each(view, asked.seconds)
        print(
            f"{stories:>4} stories: {1 / each[stories]:7.0f} variants/s,"
            f" {each[stories] * 1e3:6.2f} ms each"
        )
    few = (each[12] - each[1]) / 11
    many = (each[50] - each[12]) / 38
    print(f"a further story costs {few * 1e6:.0f} us up to 12, {many * 1e6:.0f} us from 12 to 50")
    _distinct(asked.variants)


def an_edition_of(stories: int) -> DigestView:
    """Return an edition of so many stories under headings of six."""
    articles = [
        an_article(number, url=f"https://post.example/2026/11/24/story-number-{number}")
        for number in range(1, stories + 1)
    ]
    places = ["", *(f"Section {number // 6}" for number in range(stories - 1))]
    return digest(articles, places, a_newsletter(max_stories=stories))


def render(view: DigestView) -> None:
    """Make one variant ready to be spliced."""
    fit, page = fitted(view, TEMPLATES.digest)
    compile_page(head_of(fit), page, VALUES)


def _seconds_each(view: DigestView, limit: float) -> float:
    render(view)
    count, begin = 0, time.process_time()
    while time.process_time() - begin < limit:
        render(replace(view, preheader=f"{view.preheader[:100]} {count}"))
        count += 1
    return (time.process_time() - begin) / count


def _distinct(count: int) -> None:
    """Render distinct variants and print the memory before, half-way and after."""
    whole = an_edition_of(24)
    made = 0
    begin = time.process_time()
    peaks = []
    for number, language in zip(itertools.count(), itertools.cycle(spoken())):
        if made == count:
            break
        window = 1 + number % 12
        view = replace(
            whole,
            language=language,
            sections=tuple(
                replace(part, stories=part.stories[number % 3 : number % 3 + 3])
                for part in whole.sections[: 1 + window % 4]
            ),
            preheader=f"Variant {number} of a long evening",
        )
        render(view)
        made += 1
        if made in {max(1, count // 10), max(1, count // 2), count}:
            gc.collect()
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    seconds = time.process_time() - begin
    told = ", ".join(f"{peak:.0f}" for peak in peaks)
    print(f"{made:,} distinct variants: {made / seconds:.0f} a second, peak memory {told} MB")


if __name__ == "__main__":
    main()
