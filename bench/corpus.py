"""feedparser's own test files through our reader: none may raise, and most should say the same.

`script/corpus` fetches them and calls `python -m bench.corpus FOLDER`. Each file is read by both.
Of what feedparser finds (entries that have a title, a link or a text, titles, links, dates) the
share is printed that we find too. Exit 1 when a file breaks the reader.
"""

import argparse
import calendar
import io
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from mailer.errors import FormatError
from mailer.feeds.model import ParsedFeed
from mailer.feeds.reader import Reader
from mailer.feeds.text import line_of_html
from mailer.feeds.urls import web_url

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "http://127.0.0.1:8097/feed.xml"  # where feedparser's tests serve their files


def main() -> None:
    """Print the score."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    files = sorted(
        path
        for path in options.parse_args().folder.rglob("*")
        if path.suffix in {".xml", ".json", ".rss", ".atom", ".gz", ".html", ".dat"}
    )
    agreed, there, ends = Counter[str](), Counter[str](), Counter[str]()
    slowest = (0.0, Path())
    with Reader() as reader:
        reader.read(b"<rss><channel><title>a</title></channel></rss>", url=URL, now=NOW)  # starts
        for path in files:
            body = path.read_bytes()
            begun = time.perf_counter()
            try:
                said = reader.read(body, url=URL, now=NOW)
                ends["read"] += 1
            except FormatError as why:
                ends["refused with a reason"] += 1
                if "\n" in why.reason or "breaks the reader" in why.reason:
                    sys.exit(f"{path}: {why.reason}")
                continue
            slowest = max(slowest, (time.perf_counter() - begun, path))
            _compare(body, said, agreed, there)
    print(f"{len(files):,} files: " + ", ".join(f"{n:,} {what}" for what, n in ends.items()))
    for what, count in there.items():
        print(f"  {what:<8} {agreed[what]:>6,} of {count:>6,}  {agreed[what] / count:7.1%}")
    print(f"  slowest  {slowest[0]:.2f} s, {slowest[1].name}")


def _compare(body: bytes, said: ParsedFeed, agreed: Counter[str], there: Counter[str]) -> None:
    found = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL})
    entries = [
        one
        for one in found.entries
        if any(one.get(n) for n in ("title", "link", "summary", "content"))
    ]
    titles = {draft.title for draft in said.drafts}
    links = {draft.url for draft in said.drafts}
    dates = {draft.published_at for draft in said.drafts}
    there["entries"] += len(entries)
    agreed["entries"] += min(len(entries), len(said.drafts))
    for one in entries:
        title = line_of_html(one.get("title") or "")
        link = web_url(one.get("link"), URL)
        moment = one.get("published_parsed") or one.get("updated_parsed")
        if title and len(title) < 250:
            there["titles"] += 1
            agreed["titles"] += title in titles
        if link:
            there["links"] += 1
            agreed["links"] += link in links
        if moment and 2000 <= moment[0] <= 2026:
            there["dates"] += 1
            agreed["dates"] += datetime.fromtimestamp(calendar.timegm(moment), UTC) in dates


if __name__ == "__main__":
    main()
