"""Colours and type, once: mails, pages and the signup form are cut from these tokens.

The light palette is chosen so that its inverse is readable too: nearly half of all opens happen in
clients that repaint a mail by themselves instead of asking for its dark colours.
"""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme, as #RRGGBB. The names are those of the signup form's theme."""

    page: str  # behind the sheet
    card: str  # the sheet
    ink: str
    mute: str  # second voice: meta lines, footer
    link: str
    btn: str
    btn_ink: str
    kick: str  # names of sections
    rule: str  # thick line above a section
    hair: str  # thin line between stories; decoration only
    edge: str  # borders of fields
    ok: str
    warn: str
    err: str
    note: str  # background of a remark


LIGHT = Palette(
    page="#F4F2EC",
    card="#FFFFFF",
    ink="#1C1B19",
    mute="#57534B",
    link="#0B5A87",
    btn="#0B5A87",
    btn_ink="#FFFFFF",
    kick="#9B1C31",
    rule="#1C1B19",
    hair="#D8D3C8",
    edge="#827C70",
    ok="#1E6B3A",
    warn="#8A5300",
    err="#A31621",
    note="#FFFAEB",
)

DARK = Palette(
    page="#101214",
    card="#181A1D",
    ink="#ECEAE4",
    mute="#B4AFA5",
    link="#8CC8F0",
    btn="#8CC8F0",
    btn_ink="#0C1A24",
    kick="#FF9CAA",
    rule="#ECEAE4",
    hair="#3A3E44",
    edge="#7E8590",
    ok="#7FD49B",
    warn="#F2C166",
    err="#FF9CA1",
    note="#2A2616",
)

SERIF = "Georgia,'Times New Roman',serif"
MAIL_SANS = "Helvetica,Arial,sans-serif"  # an unknown first name turns into Times in Word
WEB_SANS = "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

# Languages that are written so by themselves, and scripts (ISO 15924) in which any one is.
RIGHT_TO_LEFT = frozenset(
    {"ar", "azb", "ckb", "dv", "fa", "he", "ks", "mzn", "pnb", "prs", "ps", "sd", "ug", "ur", "yi"}
)
SCRIPTS_FROM_THE_RIGHT = frozenset({"adlm", "arab", "aran", "hebr", "nkoo", "rohg", "syrc", "thaa"})
SCRIPT = re.compile("[a-z]{4}")


def direction(language: str) -> str:
    """Return `rtl` or `ltr`, as `dir` wants it, for a BCP 47 tag."""
    code, *rest = language.lower().split("-")
    script = next((part for part in rest if SCRIPT.fullmatch(part)), None)
    from_the_right = code in RIGHT_TO_LEFT if script is None else script in SCRIPTS_FROM_THE_RIGHT
    return "rtl" if from_the_right else "ltr"


def declarations(palette: Palette, tokens: Collection[str] | None = None) -> str:
    """Return a palette, or these of its tokens, as custom properties: `--page:#F4F2EC;--card:…`."""
    return ";".join(
        f"--{token.replace('_', '-')}:{colour}"
        for token, colour in asdict(palette).items()
        if tokens is None or token in tokens
    )


def css_variables(root: str = ":root", palettes: tuple[Palette, Palette] = (LIGHT, DARK)) -> str:
    """Return the CSS that gives every token to `root` and what is inside it, light and dark.

    The reader's own scheme decides, unless `root` or something around it says data-theme.
    """
    light, dark = palettes
    return (
        f"{root}{{color-scheme:light dark;{declarations(light)};"
        f"--serif:{SERIF};--sans:{WEB_SANS}}}\n"
        f"@media (prefers-color-scheme:dark){{{root}{{{declarations(dark)}}}}}\n"
        + "".join(
            f"{root}[data-theme={name}],[data-theme={name}] {root}"
            f"{{color-scheme:{name};{declarations(palette)}}}\n"
            for name, palette in (("light", light), ("dark", dark))
        )
    )
