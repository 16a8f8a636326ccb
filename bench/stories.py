"""How long it takes to find the stories among many articles, and how that grows.

`python -m bench.stories --articles 50000` prints one line for a tenth, a half and all of them. A
tenth of the articles have four copies with other headlines and endings.
"""

import argparse
import itertools
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mailer.feeds.cluster import Telling, stories

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
SYLLABLES = [f"{consonant}{vowel}" for consonant in "bcdfglmnprstv" for vowel in "aeiou"]


def main() -> None:
    """Print how many articles a second are compared, and the memory that took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=50_000)
    most = options.parse_args().articles
    for count in (most // 10, most // 2, most):
        told = list(itertools.islice(tellings(random.Random(count)), count))
        before = time.perf_counter()
        found = set(stories(told).values())
        seconds = time.perf_counter() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{count:>7,} articles, {len(found):>7,} stories: {seconds:6.1f} s,"
            f" {seconds / count * 1e6:4.0f} us each, peak {peak:4.0f} MB"
        )


def tellings(dice: random.Random) -> Iterator[Telling]:
    """Yield articles of 150 words, as frequent as words are (Zipf), 3,000 a day."""
    words = ["".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _ in range(20_000)]
    weights = list(itertools.accumulate(1 / (place + 10) for place in range(len(words))))

    def text(length: int) -> str:
        return " ".join(dice.choices(words, cum_weights=weights, k=length))

    number = itertools.count()
    while True:
        body = text(120)
        for _ in range(5 if dice.random() < 0.1 else 1):
            key = next(number)
            at = BEGIN + timedelta(seconds=key * 28)
            yield Telling(key, text(9), f"{body} {text(30)}", "en", at)


if __name__ == "__main__":
    main()
