"""Whose picture it is, as captions and credit lines say it in many languages."""

import re

from mailer.feeds.text import shortened

LONGEST_CREDIT = 120
PICTURE = (
    r"(?:photo(?:graph|graphie|graphe|s)?|images?|pictures?|illustrations?|video|graphics?"
    r"|fotos?|fotografía|fotografia|fotografie|bild(?:er)?|grafik|imagen|imagem|immagine|obraz|fot\."
    r"|beeld|фото|צילום|תמונה|תצלום|צילומים|تصوير|صورة|写真|画像|撮影|摄影|攝影|图|圖|사진)"
)
# (credit: …), (Photo by …), [Foto: …], （写真：…）
CREDIT = re.compile(
    rf"[(\[（［](?:{PICTURE}\s*)?"
    rf"(?:credits?|{PICTURE}|courtesy(?: of)?|source|quelle|crédits?|crédito|קרדיט)"
    r"(?:\s+(?:by|von|de|par|di|por)\b\s*:?|\s*[:：＝=])\s*(?P<who>[^()\[\]（）［］]{1,100})[)\]）］]",
    re.IGNORECASE,
)
# The same without brackets, at the end of a line or after the end of a sentence.
CREDIT_LABEL = re.compile(
    r"(?:^|[.!?。]\s*|\s[|/–—-]\s*)"
    rf"(?:(?:file )?{PICTURE}(?:\s+(?:credits?|by|von|de|par|di|por|courtesy(?: of)?)\s*:?"
    r"|\s*[:：＝=]|\s+courtesy of)"
    r"|credits?\s*:|crédits?\s*(?:photo\s*)?:|crédito\s*:|קרדיט\s*:|courtesy of)"
    r"\s*(?P<who>\S.{0,99})$",
    re.IGNORECASE,
)


def caption_in(text: str) -> str | None:
    """Return what a caption says of the picture, without whose it is."""
    told = CREDIT_LABEL.sub("", CREDIT.sub(" ", text))
    return " ".join(told.split()) or None


def credit_in(caption: str) -> str | None:
    """Return who made the picture, as its caption says: "(credit: …)" or "Photo: …"."""
    found = CREDIT.search(caption) or CREDIT_LABEL.search(caption)
    who = "" if found is None else found["who"].strip(" .:：")
    return shortened(who, LONGEST_CREDIT) if who else None
