"""A bar chart as SVG, without a library: names, bars, numbers."""

from collections.abc import Mapping
from html import escape

ROW, NAME, BAR, NUMBER = 28, 170, 380, 80
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1a1a1a}rect{fill:#8a93a0}rect.ours{fill:#1f5fbf}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}rect{fill:#737c88}rect.ours{fill:#7fb0ff}}"
)


def bars(rates: Mapping[str, float]) -> str:
    """Return a chart of mails a second; our own bars have a colour of their own."""
    width, height = NAME + BAR + NUMBER, ROW * len(rates) + 12
    most = max(rates.values())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        ' aria-label="Mails a second">',
        f"<style>{STYLE}</style>",
    ]
    for row, (name, rate) in enumerate(sorted(rates.items(), key=lambda one: -one[1])):
        top, length = 6 + row * ROW, max(1, round(BAR * rate / most))
        kind = "ours" if name.startswith("mailer") else "theirs"
        lines += [
            f'<text x="{NAME - 10}" y="{top + 18}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{NAME}" y="{top + 4}" width="{length}" height="{ROW - 8}"/>',
            f'<text x="{NAME + length + 8}" y="{top + 18}">{rate:,.0f}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
